#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "server/loop/streams.h"

namespace efferent {

/// Who may drive a session's control loop: one stream at a time. A newer stream takes over at once;
/// if the older one is in the middle of a chunk, the newer one is told when that is done, and
/// nobody waits meanwhile. Thread-safe.
class AcquisitionSeat {
 public:
  /// Seats `newer` and ends the stream that sat here. True: go on at once; false: OnSeatReady will
  /// be called.
  bool Attach(std::shared_ptr<AcquisitionHolder> newer);

  /// The same, unless a stream of another client sits here. Nothing: it does, and stays.
  std::optional<bool> AttachUnlessOther(std::shared_ptr<AcquisitionHolder> newer);

  /// The same, if nobody sits here. Nothing: somebody does, and stays.
  std::optional<bool> AttachIfFree(std::shared_ptr<AcquisitionHolder> newer);

  /// The holder is about to use the control loop. False: it has been taken over.
  bool BeginChunk(const AcquisitionHolder* holder);
  /// It has done so. Returns whether it still sits here.
  bool EndChunk(const AcquisitionHolder* holder);

  /// The stream is over. Returns whether it sat here.
  bool Leave(const AcquisitionHolder* holder);
  /// Ends the stream that sits here, if any.
  void End(StreamEnd reason);

  bool taken() const;

 private:
  /// With mutex_: seats `newer`, and returns the stream that sat here.
  std::shared_ptr<AcquisitionHolder> Seat(std::shared_ptr<AcquisitionHolder> newer);

  mutable std::mutex mutex_;
  std::shared_ptr<AcquisitionHolder> holder_;
  bool busy_ = false;          // someone, not necessarily holder_, uses the control loop
  bool holder_waits_ = false;  // for that to end
};

}  // namespace efferent

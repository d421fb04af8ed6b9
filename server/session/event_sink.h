#pragma once

#include <cstdint>
#include <string_view>

#include "efferent/v1/session.pb.h"

namespace efferent {

/// What happens in a session and is worth remembering.
enum class SessionEventKind {
  kAcquisitionAttached,
  kAcquisitionLost,
  kArmAttached,
  kArmLost,
  kHeld,
  kStopped,
  kStale,
  kInputImplausible,
  kInputPlausible,
  kChannelsMasked,
  kResumed,
  kFault,
  kLearningRolledBack,
  kLearningFrozen,
  kLearningResumed,
  kChunkRefused,
  kChunksMissing,
  kDecoderSwapped,
  kDriverChanged,
  kShadowAdded,
  kShadowRemoved,
  kShadowPromoted,
};

std::string_view Name(SessionEventKind kind);

/// Where sessions report what happens: the log, and the database if there is one. Thread-safe;
/// never blocks on I/O. Not to be called between a spike and its command.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void Record(SessionEventKind kind, std::string_view session_id,
                      std::string_view detail) = 0;
  virtual void SessionCreated(const v1::Session& session) = 0;
  /// `reason`: `ended` (by request), `replaced` (by one of the same id), `idle` or `shutdown`.
  virtual void SessionEnded(const v1::Session& session, std::string_view reason) = 0;
  /// Reports that were lost because there was no room for them.
  virtual std::uint64_t dropped_count() const { return 0; }
};

}  // namespace efferent

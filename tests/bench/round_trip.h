#pragma once

#include <cstdint>
#include <optional>

#include "efferent/v1/session.pb.h"

namespace efferent::bench {

/// A system whose round trip is measured, one request in flight at a time. Not thread-safe.
class RoundTrip {
 public:
  virtual ~RoundTrip() = default;

  /// Makes the request of bin `bin` ready; not timed. Later bins than before only; bins may be left out.
  virtual void Prepare(std::int64_t bin) = 0;
  /// Sends it and waits for its reply. Returns the time from just before the sending until the reply
  /// was in hand, nanoseconds.
  /// @throws std::runtime_error if the reply does not come or is another one.
  virtual std::int64_t RunNs() = 0;
  /// What the server says of the session, where there is one: what was learnt, and where the time went.
  virtual std::optional<v1::SessionStatistics> Statistics() { return std::nullopt; }
};

}  // namespace efferent::bench

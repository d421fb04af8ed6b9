#pragma once

#include <deque>
#include <optional>

#include "clients/subject/observation.h"

namespace efferent::subject {

/// What was seen, and from when on it is known. Holds as much of the past as its longest look back.
class VisualDelay {
 public:
  /// @throws std::invalid_argument if a delay is not in [0, 5 s].
  explicit VisualDelay(TimeNs max_delay_ns);

  /// Adds what there is to see. Times that do not increase (the same state again) replace the
  /// newest.
  void Push(const Observation& observation);

  /// Nothing has been seen yet.
  void Clear() { past_.clear(); }

  /// The latest observation that is `delay_ns` (at most the longest) old or older at `now_ns`; with
  /// no delay simply the newest. Nothing: there was none so long ago.
  std::optional<Observation> Seen(TimeNs now_ns, TimeNs delay_ns) const;

 private:
  TimeNs max_delay_ns_;
  std::deque<Observation> past_;  // oldest first
};

}  // namespace efferent::subject

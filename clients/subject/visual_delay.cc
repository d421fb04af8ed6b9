#include "clients/subject/visual_delay.h"

#include <stdexcept>
#include <string>

namespace efferent::subject {

VisualDelay::VisualDelay(TimeNs max_delay_ns) : max_delay_ns_(max_delay_ns) {
  constexpr TimeNs kLongest = 5'000'000'000;
  if (max_delay_ns < 0 || max_delay_ns > kLongest) {
    throw std::invalid_argument("visual delay is " + std::to_string(max_delay_ns) +
                                " ns, must be in [0, 5000000000]");
  }
}

void VisualDelay::Push(const Observation& observation) {
  while (!past_.empty() && past_.back().time_ns >= observation.time_ns) past_.pop_back();
  past_.push_back(observation);
  // The second oldest serves every look back from now on, so the oldest can go. The margin is for a
  // `now` that lags behind the newest observation: in real time the arm's clock and the bins are
  // not in step.
  constexpr TimeNs kMargin = 1'000'000'000;
  while (past_.size() > 1 && past_[1].time_ns <= observation.time_ns - max_delay_ns_ - kMargin) {
    past_.pop_front();
  }
}

std::optional<Observation> VisualDelay::Seen(TimeNs now_ns, TimeNs delay_ns) const {
  if (past_.empty()) return std::nullopt;
  if (delay_ns == 0) return past_.back();
  for (auto it = past_.rbegin(); it != past_.rend(); ++it) {
    if (it->time_ns <= now_ns - delay_ns) return *it;
  }
  return std::nullopt;
}

}  // namespace efferent::subject

#include "decoder/spike_binner.h"

#include <limits>
#include <stdexcept>
#include <string>

#include "decoder/state_visitor.h"

namespace efferent {

SpikeBinner::SpikeBinner(int num_channels, TimeNs bin_width_ns) : bin_width_ns_(bin_width_ns) {
  if (num_channels < 1) {
    throw std::invalid_argument("num_channels is " + std::to_string(num_channels) +
                                ", must be >= 1");
  }
  if (bin_width_ns < 1) {
    throw std::invalid_argument("bin_width_ns is " + std::to_string(bin_width_ns) +
                                ", must be >= 1");
  }
  open_ = Eigen::MatrixXf::Zero(num_channels, kMaxBinsAhead);
  taken_ = Eigen::VectorXf::Zero(num_channels);
}

void SpikeBinner::Add(std::span<const Spike> spikes) noexcept {
  const TimeNs next_start = next_bin_start_ns(), next_stop = next_bin_stop_ns();
  for (const Spike& spike : spikes) {
    if (spike.time_ns < next_start) {
      ++late_events_;
      continue;
    }
    // Live sources send bin by bin, and a division takes longer than all the rest.
    const std::uint64_t bin = spike.time_ns < next_stop
                                  ? next_bin_
                                  : static_cast<std::uint64_t>(spike.time_ns / bin_width_ns_);
    if (bin >= next_bin_ + kMaxBinsAhead ||
        spike.channel >= static_cast<std::uint32_t>(open_.rows())) {
      ++rejected_events_;
      continue;
    }
    open_(spike.channel, static_cast<Eigen::Index>(bin % kMaxBinsAhead)) += 1.0f;
  }
}

void SpikeBinner::AddCounts(std::span<const float> counts) noexcept {
  open_.col(static_cast<Eigen::Index>(next_bin_ % kMaxBinsAhead)) +=
      Eigen::Map<const Eigen::VectorXf>(counts.data(), static_cast<Eigen::Index>(counts.size()));
}

const Eigen::VectorXf& SpikeBinner::TakeBin() noexcept {
  auto column = open_.col(static_cast<Eigen::Index>(next_bin_ % kMaxBinsAhead));
  taken_ = column;
  column.setZero();
  ++next_bin_;
  return taken_;
}

std::uint64_t SpikeBinner::SkipTo(std::uint64_t bin_index) noexcept {
  if (bin_index <= next_bin_) return 0;
  const std::uint64_t skipped = bin_index - next_bin_;
  open_.setZero();
  next_bin_ = bin_index;
  return skipped;
}

void SpikeBinner::VisitState(StateVisitor& visitor) {
  visitor("next_bin", next_bin_);
  // Times are multiples of it, and must not overflow.
  constexpr auto kLatest = static_cast<std::uint64_t>(std::numeric_limits<TimeNs>::max() / 4);
  visitor.Require(next_bin_ <= kLatest / static_cast<std::uint64_t>(bin_width_ns_), "next_bin",
                  "be a time that there is");
  visitor("open", open_);
  visitor("late_events", late_events_);
  visitor("rejected_events", rejected_events_);
}

}  // namespace efferent

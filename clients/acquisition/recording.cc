#include "clients/acquisition/recording.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace efferent {

std::vector<RecordedTrial> CutIntoBlocks(const Recording& recording, double block_s) {
  // Written so that NaN fails.
  if (!(block_s > 0.0)) throw std::invalid_argument("blocks must be longer than 0 s");
  const double bins_per_block = std::clamp(std::round(block_s / recording.bin_width_s), 1.0,
                                           std::max(1.0, static_cast<double>(recording.num_bins)));
  const auto step = static_cast<std::int64_t>(bins_per_block);
  std::vector<RecordedTrial> blocks;
  for (std::int64_t first = 0; first < recording.num_bins; first += step) {
    RecordedTrial& block = blocks.emplace_back();
    block.first_bin = first;
    block.stop_bin = std::min(recording.num_bins, first + step);
    block.trial_type = block.condition = "all";
  }
  return blocks;
}

std::string AxisName(std::size_t axis) {
  constexpr std::string_view kNames = "xyz";
  return axis < kNames.size() ? std::string(1, kNames[axis]) : fmt::format("d{}", axis + 1);
}

PointTrack DifferentiatePosition(const Recording& recording) {
  const PointTrack& position = recording.position_m;
  PointTrack velocity(position.size());
  for (std::size_t bin = 0; bin + 1 < position.size(); ++bin) {
    if (!position[bin] || !position[bin + 1] || !recording.is_observed(bin)) continue;
    Point& v = velocity[bin].emplace();
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] = ((*position[bin + 1])[i] - (*position[bin])[i]) / recording.bin_width_s;
    }
  }
  return velocity;
}

PointTrack MeasuredVelocity(const Recording& recording, bool labels_from_kinematics) {
  if (recording.velocity_m_s.empty() && labels_from_kinematics) {
    return DifferentiatePosition(recording);
  }
  return recording.velocity_m_s;
}

std::string DescribeRecording(const Recording& recording) {
  return fmt::format("{}: {} bins of {:g} ms ({:.1f} min), {} channels, {} trials\n",
                     recording.path, recording.num_bins, recording.bin_width_s * 1e3,
                     recording.duration_s() / 60.0, recording.num_channels,
                     recording.trials.size());
}

}  // namespace efferent

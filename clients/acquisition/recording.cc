#include "clients/acquisition/recording.h"

#include <spdlog/fmt/fmt.h>

namespace efferent {

PointTrack DifferentiatePosition(const Recording& recording) {
  const PointTrack& position = recording.position_m;
  PointTrack velocity(position.size());
  for (std::size_t bin = 0; bin + 1 < position.size(); ++bin) {
    if (!position[bin] || !position[bin + 1]) continue;
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
  std::string text =
      fmt::format("{}: {} bins of {:g} ms ({:.1f} min), {} channels, {} trials\n", recording.path,
                  recording.num_bins, recording.bin_width_s * 1e3, recording.duration_s() / 60.0,
                  recording.num_channels, recording.trials.size());
  for (const std::string& note : recording.notes) text += "  " + note + "\n";
  return text;
}

}  // namespace efferent

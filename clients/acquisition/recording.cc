#include "clients/acquisition/recording.h"

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

}  // namespace efferent

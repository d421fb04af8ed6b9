#pragma once

#include <cstdint>
#include <vector>

#include "clients/subject/observation.h"
#include "efferent/v1/acquisition.pb.h"
#include "efferent/v1/arm.pb.h"

namespace efferent::load {

using subject::TimeNs;

/// Mean firing rate of the OPS task's neurons over all directions.
inline constexpr double kMeanRateHz = 30.0;

/// What a loop is made of.
struct ReachLoopParams {
  int num_channels = 96;
  TimeNs bin_width_ns = 20'000'000;
  double rate_factor = 1.0;  ///< Of every firing rate; 1: kMeanRateHz in the mean.
  std::uint64_t seed = 1;
};

/// A subject that reaches to eight targets around the centre, one after the other: tuned spikes, and arm
/// and target that go with them, so that every bin has a label. Drawn once, then played in a loop by
/// as many sessions as want, because drawing spikes for a hundred sessions would cost the machine
/// more than decoding them. Immutable, so thread-safe.
class ReachLoop {
 public:
  /// @throws std::invalid_argument if a parameter makes no sense.
  explicit ReachLoop(const ReachLoopParams& params);

  /// Bin `bin` (from 0, without end) as a chunk of its own, numbered bin + 1: spikes as events.
  void WriteChunk(std::int64_t bin, v1::AcquisitionChunk* chunk) const;
  /// The same with a row of counts.
  void WriteCounts(std::int64_t bin, v1::AcquisitionChunk* chunk) const;
  /// Arm and target of that bin, the arm engaged.
  void WriteBehavior(std::int64_t bin, v1::BehaviorSample* sample) const;
  void WriteUpdate(std::int64_t bin, v1::ArmUpdate* update) const;

  const ReachLoopParams& params() const { return params_; }

 private:
  struct Bin {
    std::vector<std::uint32_t> channels;
    std::vector<TimeNs> offsets_ns;  // From the start of the bin.
    subject::Vec3 position_m, velocity_m_s, target_m;
  };

  const Bin& At(std::int64_t bin) const {
    return bins_[static_cast<std::size_t>(bin) % bins_.size()];
  }
  void WriteState(std::int64_t bin, v1::ArmState* state) const;

  ReachLoopParams params_;
  std::vector<Bin> bins_;
};

}  // namespace efferent::load

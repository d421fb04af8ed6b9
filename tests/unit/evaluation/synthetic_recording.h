#pragma once

#include <cstdint>
#include <string>

#include "clients/acquisition/recording.h"

namespace efferent::test {

/// What a SyntheticRecording looks like.
struct SyntheticParams {
  int num_trials = 60;
  int bins_per_trial = 20;  ///< Of 20 ms, the first two not released.
  std::uint32_t num_channels = 24;
  bool has_target = true;
  std::uint64_t seed = 7;
  std::string first_type = "first";  ///< Type of the first half of the trials.
  int unstable_from = 0;  ///< Trial from which the column `instability` is true; 0: none are.
};

/// A planar reaching session: 8 targets at 100 mm in random order, a cursor that moves straight at
/// 200 mm/s, cosine-tuned Poisson neurons (evenly spread preferred directions, 10 + 10 cos Hz times
/// two), spikes as events; type `second` for the second half of the trials. The
/// decoder of the day put out the cursor's velocity turned by 90 degrees.
Recording SyntheticRecording(const SyntheticParams& params = {});

/// The same as an NWB file with a matrix of counts.
void WriteSyntheticNwb(const std::string& path, const SyntheticParams& params = {});

}  // namespace efferent::test

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/scores.h"
#include "clients/evaluation/decoder_choice.h"

namespace efferent::closed_loop {

/// What to run.
struct StudyParams {
  DecoderOptions decoders;          ///< Over what suits each condition's user.
  int num_populations = 20;         ///< Runs of each condition; run i has the seed `seed` + i.
  int num_control_populations = 5;  ///< Of these, how many for each control.
  std::uint64_t seed = 1;
  int num_threads = 0;  ///< 0: as many as the machine has.
};

/// Runs every decoder, and intent and label without a decoder, in every condition, on several threads.
/// The outcome depends on conditions and parameters alone, to the last bit. A decoder that draws its
/// weights draws others in each run. `progress`, called now and then from the calling thread: runs
/// done, of how many.
/// @throws InputError if decoders or their settings make no sense.
std::vector<ConditionOutcome> RunStudy(
    const std::vector<Condition>& conditions, const StudyParams& params,
    const std::function<void(std::size_t done, std::size_t total)>& progress);

}  // namespace efferent::closed_loop

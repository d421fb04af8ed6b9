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

/// How far a study is.
struct StudyProgress {
  std::string condition;  ///< That of the run which began last.
  std::size_t num_done = 0;
  std::size_t num_runs = 0;
  std::int64_t trials_done = 0;  ///< Of the runs that are done; runs of more trials take longer.
  std::int64_t num_trials = 0;
};

/// Runs every decoder, and intent and label without a decoder, in every condition, on several threads.
/// The outcome depends on conditions and parameters alone, to the last bit. A decoder that draws its
/// weights draws others in each run. `progress` is called now and then from the calling thread.
/// @throws InputError if decoders or their settings make no sense.
std::vector<ConditionOutcome> RunStudy(const std::vector<Condition>& conditions,
                                       const StudyParams& params,
                                       const std::function<void(const StudyProgress&)>& progress);

}  // namespace efferent::closed_loop

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace efferent::demo {

/// What `efferent demo` was asked to do.
struct DemoOptions {
  std::string out_dir = "demo-out";
  std::string decoder = "snn";
  std::string user = "ops";
  std::string learn_from = "target";
  std::string population;  ///< Empty: the subject's own default.
  std::uint64_t seed = 1;
  int learning_trials = 50;
  int test_trials = 50;
  int dead_learning_trials = 10;
  int dead_test_trials = 20;
  double loss = 0.6;
  bool fast = false;
  bool render = false;
  bool require = false;
  std::optional<std::string> json_path;
  std::optional<std::string> record_path;  ///< NWB file of the session.
  bool overwrite = false;
  std::string server_program;  ///< Empty: efferentd beside this program.
  double timeout_s = 1200.0;
};

/// A part of the experiment.
struct DemoPhase {
  std::string name;
  int num_trials = 0;
  bool learn = false;
  double loss = 0.0;  ///< Share of neurons that is silent from here on; 0: nothing changes.

  /// As `efferent arm --phase` takes it.
  std::string ArmArgument() const {
    return name + ":" + std::to_string(num_trials) + (learn ? ":learn" : ":frozen");
  }
};

/// Learn from nothing, be scored; lose neurons, learn again, be scored; lose them all, learn, be
/// scored.
inline std::vector<DemoPhase> DemoPhases(const DemoOptions& options) {
  return {{"learning", options.learning_trials, true, 0.0},
          {"learned", options.test_trials, false, 0.0},
          {"relearning", options.learning_trials, true, options.loss},
          {"relearned", options.test_trials, false, 0.0},
          {"dead_learning", options.dead_learning_trials, true, 1.0},
          {"dead_neurons", options.dead_test_trials, false, 0.0}};
}

/// Phases whose scores are the result.
inline const std::vector<std::string>& ScoredPhases() {
  static const std::vector<std::string> phases = {"learned", "relearned", "dead_neurons"};
  return phases;
}

}  // namespace efferent::demo

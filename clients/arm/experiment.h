#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/task.h"
#include "clients/arm/trial.h"
#include "clients/arm/trial_result.h"

namespace efferent {

/// A part of an experiment: so many trials, with or without learning.
struct Phase {
  std::string name;  ///< The condition of its trials on the wire and in reports.
  int num_trials = 1;
  bool learn = false;
};

/// What a phase has come to so far.
struct PhaseProgress {
  int num_done = 0;
  int num_reached = 0;
  int num_repeated = 0;  ///< Trials that were interrupted, and started again.
};

/// A trial began or ended; goes to the server.
struct TrialMark {
  std::int64_t time_ns = 0;
  bool is_start = false;
  std::uint32_t trial_index = 0;
  std::string condition;
  bool success = false;
};

/// The order of events of an experiment: phases of trials, one at a time, each with a mark at its
/// start and stop. Before the first trial of a phase learning is switched as it says. A trial that
/// was interrupted is repeated with the same target, under a new number. Knows no arm, no clock, no
/// network.
class Experiment {
 public:
  /// @throws std::invalid_argument naming the phase or parameter that is out of bounds.
  Experiment(const TaskParams& task, const ArmWorkspace& workspace, std::vector<Phase> phases);

  /// Whether all trials of all phases are done.
  bool is_done() const { return phase_ == static_cast<int>(phases_.size()); }
  /// How learning must be switched before the next trial can start; nothing if it is as it should
  /// be.
  std::optional<bool> wanted_learning() const { return wanted_learning_; }
  void LearningIsSet() { wanted_learning_.reset(); }
  /// Whether StartTrial may be called.
  bool can_start() const { return !is_done() && !trial_ && !wanted_learning_ && !phase_begins_; }

  void StartTrial(std::int64_t now_ns, const Eigen::Vector3d& position_m);
  /// The end point's position during a trial. True when this ends the trial.
  bool Observe(std::int64_t now_ns, const Eigen::Vector3d& position_m);
  /// The trial, if one is on, is broken off; its target comes again.
  void Interrupt(std::int64_t now_ns);
  /// The server knows nothing of us any more: marks not yet taken are dropped, learning is to be
  /// set again.
  void StartOver();

  /// The trial that is on.
  const std::optional<Trial>& trial() const { return trial_; }
  /// Marks since the last call, in order.
  std::vector<TrialMark> TakeMarks();
  /// Trials that came to their end since the last call, in order.
  std::vector<TrialResult> TakeResults();

  const std::vector<Phase>& phases() const { return phases_; }
  /// Index of the present phase; that of the last one when all is done.
  int phase() const;
  const PhaseProgress& progress(int phase) const { return progress_[phase]; }
  std::uint32_t trial_index() const { return next_trial_index_ == 0 ? 0 : next_trial_index_ - 1; }
  const TargetSequence& targets() const { return targets_; }

 private:
  void Mark(std::int64_t now_ns, bool is_start, bool success);
  void BeginPhase();

  TaskParams task_;
  TargetSequence targets_;
  std::vector<Phase> phases_;
  std::vector<PhaseProgress> progress_;
  int phase_ = 0;
  bool phase_begins_ =
      false;  // The last trial's end is not yet on its way: learning is not touched before.
  std::optional<bool> wanted_learning_;
  std::optional<Eigen::Vector3d> repeated_target_m_;
  std::optional<Trial> trial_;
  std::uint32_t next_trial_index_ = 0;
  std::vector<TrialMark> marks_;
  std::vector<TrialResult> results_;
};

}  // namespace efferent

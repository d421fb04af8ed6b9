#include "clients/arm/experiment.h"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <utility>

namespace efferent {

Experiment::Experiment(const TaskParams& task, const ArmWorkspace& workspace,
                       std::vector<Phase> phases)
    : task_(task), targets_(task, workspace), phases_(std::move(phases)) {
  if (phases_.empty()) throw std::invalid_argument("an experiment needs at least one phase");
  for (std::size_t i = 0; i < phases_.size(); ++i) {
    const Phase& phase = phases_[i];
    if (phase.name.empty() || phase.name.size() > 128) {
      throw std::invalid_argument("phase \"" + phase.name + "\": a name has 1 to 128 bytes");
    }
    if (phase.num_trials < 1) {
      throw std::invalid_argument("phase " + phase.name + ": trials must be >= 1");
    }
    const auto same_name = [&](const Phase& other) { return other.name == phase.name; };
    if (std::count_if(phases_.begin(), phases_.end(), same_name) > 1) {
      throw std::invalid_argument("phase " + phase.name + ": the name is used twice");
    }
  }
  progress_.resize(phases_.size());
  BeginPhase();
}

int Experiment::phase() const { return std::min(phase_, static_cast<int>(phases_.size()) - 1); }

void Experiment::BeginPhase() {
  phase_begins_ = false;
  if (!is_done()) wanted_learning_ = phases_[phase_].learn;
}

void Experiment::StartTrial(std::int64_t now_ns, const Eigen::Vector3d& position_m) {
  assert(can_start());
  const Eigen::Vector3d target = repeated_target_m_ ? *repeated_target_m_ : targets_.Next();
  repeated_target_m_.reset();
  ++next_trial_index_;
  trial_.emplace(task_, target, now_ns, position_m);
  Mark(now_ns, true, false);
}

bool Experiment::Observe(std::int64_t now_ns, const Eigen::Vector3d& position_m) {
  if (!trial_) return false;
  trial_->Observe(now_ns, position_m);
  if (!trial_->is_over()) return false;
  TrialResult result = trial_->Result();
  result.phase = phase_;
  result.trial_index = trial_index();
  trial_.reset();
  Mark(now_ns, false, result.success);
  PhaseProgress& progress = progress_[phase_];
  ++progress.num_done;
  progress.num_reached += result.success ? 1 : 0;
  results_.push_back(std::move(result));
  if (progress.num_done == phases_[phase_].num_trials) {
    ++phase_;
    phase_begins_ = true;
  }
  return true;
}

void Experiment::Interrupt(std::int64_t now_ns) {
  if (!trial_) return;
  repeated_target_m_ = trial_->target_m();
  trial_.reset();
  ++progress_[phase_].num_repeated;
  Mark(now_ns, false, false);
}

void Experiment::StartOver() {
  marks_.clear();
  BeginPhase();
}

void Experiment::Mark(std::int64_t now_ns, bool is_start, bool success) {
  marks_.push_back({now_ns, is_start, trial_index(), phases_[phase_].name, success});
}

std::vector<TrialMark> Experiment::TakeMarks() {
  if (phase_begins_) BeginPhase();
  return std::exchange(marks_, {});
}

std::vector<TrialResult> Experiment::TakeResults() { return std::exchange(results_, {}); }

}  // namespace efferent

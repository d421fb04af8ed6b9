#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/pilot.h"
#include "clients/subject/brain.h"
#include "clients/subject/subject_options.h"
#include "decoder/decoder_config.h"
#include "decoder/step.h"
#include "server/session/session_settings.h"
#include "tests/closed_loop/point_cursor.h"

namespace efferent::subject {

/// Brain, decoding step and a cursor without mass, joined in a loop in-process: what the service
/// does, without the service.
class LearningLoop {
 public:
  LearningLoop(Brain brain, std::unique_ptr<Step> step, std::uint64_t task_seed)
      : brain_(std::move(brain)), step_(std::move(step)), cursor_({}, task_seed) {}

  /// Does something to what labels are made from.
  using Poison = std::function<void(BehaviorSample*)>;

  /// Trials of one phase, learning or frozen.
  TaskResult Run(const std::string& phase, int num_trials, bool learn, const Poison& poison = {}) {
    step_->SetLearningEnabled(learn);
    return cursor_.Run(num_trials, [&](const Observation& seen, bool trial_start) -> Vec3 {
      if (trial_start) {
        brain_.OnTrialStart(phase);
        step_->OnTrialStart();
      }
      spikes_.clear();
      for (const SpikeEvent& s : brain_.Fire(seen.time_ns, seen)) {
        spikes_.push_back({s.time_ns, s.channel});
      }
      step_->AddSpikes(spikes_);
      Command command;
      step_->DecodeBin(ToTaskVector(seen.position_m), &command);
      BehaviorSample behavior = closed_loop::ToBehavior(seen);
      if (poison) poison(&behavior);
      step_->LearnBin(behavior);
      return closed_loop::ToSpace(command.velocity_m_s);
    });
  }

  const Step& step() const { return *step_; }

 private:
  Brain brain_;
  std::unique_ptr<Step> step_;
  PointCursor cursor_;
  std::vector<Spike> spikes_;
};

/// With the settings that `efferent subject` asks for; `guarded`: with a guard on learning.
inline LearningLoop MakeLearningLoop(const SubjectOptions& options, bool guarded = true) {
  std::vector<Violation> violations;
  SessionSettings settings =
      ReadSettings(MakeSessionConfig(options, MakePopulation(options).size()),
                   SettingsUse::kSession, &violations);
  EXPECT_TRUE(violations.empty());
  settings.guard.enabled = guarded;
  return LearningLoop(MakeBrain(options), MakeStep(settings, MakeDecoder), options.seed);
}

}  // namespace efferent::subject

#include "decoder/learner.h"

#include <algorithm>
#include <stdexcept>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kErrorGain = 0.001;
// Without trials (a free-running session) the weights are checked and kept this often.
constexpr std::uint64_t kBinsBetweenChecks = 256;

}  // namespace

Learner::Learner(std::unique_ptr<Decoder> decoder, const LearnerParams& params)
    : driver_(std::move(decoder)),
      guard_(params.guard, params.num_channels, params.bin_width_ns),
      features_(Eigen::VectorXf::Zero(params.num_channels)),
      enabled_(false) {
  if (!driver_) throw std::invalid_argument("decoder is null");
  if (params.effect == LearningEffect::kTrialEnd) twin_ = driver_->Clone();
  last_good_ = driver_->Clone();
  SetEnabled(params.enabled);
}

void Learner::OnPosition(const std::optional<TaskVector>& position_m) noexcept {
  driver_->OnPosition(position_m);
  position_m_ = position_m;
}

std::optional<TaskVector> Learner::Decode(const Eigen::VectorXf& features) noexcept {
  features_ = features;
  last_output_ = driver_->Decode(features);
  if (last_output_.allFinite()) return last_output_;
  RollBack();
  return std::nullopt;
}

bool Learner::Learn(std::optional<TaskVector> intended_velocity_m_s,
                    const TaskVector& carried_m_s) noexcept {
  if (intended_velocity_m_s && !guard_.IsPlausible(*intended_velocity_m_s)) {
    ++rejected_labels_;
    intended_velocity_m_s.reset();
  }
  if (intended_velocity_m_s) {
    const double error = SquaredNorm(last_output_ - *intended_velocity_m_s);
    ++scored_bins_;
    const double gain = std::max(kErrorGain, 1.0 / static_cast<double>(scored_bins_));
    mean_squared_error_ =
        mean_squared_error_ ? *mean_squared_error_ + gain * (error - *mean_squared_error_) : error;
  }
  if (!enabled_) return false;
  TaskVector decoded = last_output_;  // by the one that learns
  if (twin_) {
    twin_->OnPosition(position_m_);
    decoded = twin_->Decode(features_);
  }
  if (guard_.enabled() && !PassesGuard(decoded, &intended_velocity_m_s, carried_m_s)) return false;
  student().Learn(intended_velocity_m_s);
  if (twin_) twin_->OnCommand(last_command_);
  if (!intended_velocity_m_s) return false;
  ++learned_bins_;
  if (learned_bins_ % kBinsBetweenChecks == 0) {
    // With a twin the last good weights are those of the end of a trial: if the driver goes back to
    // them, it still has not seen the present one.
    if (!twin_) {
      KeepOrRollBack();
    } else if (!twin_->IsHealthy()) {
      RollBack();
    }
  }
  return true;
}

bool Learner::PassesGuard(const TaskVector& decoded, std::optional<TaskVector>* label,
                          const TaskVector& carried_m_s) noexcept {
  last_good_->OnPosition(position_m_);
  const TaskVector reference = last_good_->Decode(features_);
  last_good_->OnCommand(last_command_);
  guard_.Observe(features_);
  LearningGuard::Verdict verdict = LearningGuard::Verdict::kLearn;
  if (guard_.RatesExplode(student().firing_rate_hz(), last_good_->firing_rate_hz())) {
    verdict = LearningGuard::Verdict::kRollBack;
  } else if (*label) {
    verdict = guard_.Judge(decoded, reference, **label, carried_m_s);
  } else {
    guard_.NoLabel();
  }
  if (verdict == LearningGuard::Verdict::kWait) label->reset();
  if (verdict != LearningGuard::Verdict::kRollBack) return true;
  GoBack();
  ++guard_rollbacks_;
  return false;
}

void Learner::OnCommand(const TaskVector& velocity_m_s) noexcept {
  driver_->OnCommand(velocity_m_s);
  last_command_ = velocity_m_s;
}

void Learner::OnTrialStart() noexcept { ResetActivity(); }

void Learner::OnTrialStop() noexcept {
  if (!enabled_) return;
  KeepOrRollBack();
  if (twin_) driver_->CopyWeightsFrom(*twin_);
}

void Learner::OnGap() noexcept { ResetActivity(); }

void Learner::CopyWeightsFrom(const Learner& other) noexcept {
  for (Decoder* decoder : {driver_.get(), twin_.get()}) {
    if (decoder) decoder->CopyWeightsFrom(*other.driver_);
  }
  guard_.Reset();
  MakeLastGood(*driver_);
}

void Learner::SetEnabled(bool enabled) noexcept {
  if (enabled_ && !enabled) OnTrialStop();
  const bool was_enabled = enabled_;
  enabled_ = enabled && driver_->learns();
  if (was_enabled || !enabled_) return;
  if (twin_) twin_->ResetActivity();
  ResetReference();
  guard_.Reset();
  MakeLastGood(student());
}

void Learner::ResetActivity() noexcept {
  driver_->ResetActivity();
  if (twin_) twin_->ResetActivity();
  ResetReference();
}

void Learner::ResetReference() noexcept {
  if (guard_.enabled()) last_good_->ResetActivity();
}

void Learner::KeepOrRollBack() noexcept {
  if (!student().IsHealthy()) return RollBack();
  if (guard_.MayKeep(student().firing_rate_hz())) MakeLastGood(student());
}

void Learner::MakeLastGood(const Decoder& decoder) noexcept {
  last_good_->CopyWeightsFrom(decoder);
  guard_.OnKept();
}

void Learner::GoBack() noexcept {
  for (Decoder* decoder : {driver_.get(), twin_.get()}) {
    if (!decoder) continue;
    decoder->CopyWeightsFrom(*last_good_);
    decoder->ForgetEvidence();
    decoder->ResetActivity();
  }
  last_output_ = TaskVector();
  enabled_ = false;
}

void Learner::RollBack() noexcept {
  GoBack();
  ++rollbacks_;
}

void Learner::VisitState(StateVisitor& visitor) {
  visitor("driver", *driver_);
  if (twin_) visitor("twin", *twin_);
  visitor("features", features_);
  visitor("position_m", position_m_, TaskVector());
  visitor("last_output", last_output_);
  visitor("last_command", last_command_);
  visitor("guard", guard_);
  visitor("enabled", enabled_);
  visitor("learned_bins", learned_bins_);
  visitor("scored_bins", scored_bins_);
  visitor("rejected_labels", rejected_labels_);
  visitor("rollbacks", rollbacks_);
  visitor("guard_rollbacks", guard_rollbacks_);
  visitor("mean_squared_error", mean_squared_error_, 0.0);
  visitor.WithoutEvidence("last_good", *last_good_);
}

}  // namespace efferent

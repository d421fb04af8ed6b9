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

Learner::Learner(std::unique_ptr<Decoder> decoder, int num_channels, LearningEffect effect,
                 bool enabled)
    : driver_(std::move(decoder)), features_(Eigen::VectorXf::Zero(num_channels)), enabled_(false) {
  if (!driver_) throw std::invalid_argument("decoder is null");
  if (effect == LearningEffect::kTrialEnd) twin_ = driver_->Clone();
  last_good_ = driver_->Clone();
  SetEnabled(enabled);
}

void Learner::OnPosition(const std::optional<Vec3>& position_m) noexcept {
  driver_->OnPosition(position_m);
  position_m_ = position_m;
}

std::optional<Vec3> Learner::Decode(const Eigen::VectorXf& features) noexcept {
  if (twin_) features_ = features;
  last_output_ = driver_->Decode(features);
  if (last_output_.allFinite()) return last_output_;
  RollBack();
  return std::nullopt;
}

bool Learner::Learn(const std::optional<Vec3>& intended_velocity_m_s) noexcept {
  if (intended_velocity_m_s) {
    const double error = (last_output_ - *intended_velocity_m_s).squaredNorm();
    ++scored_bins_;
    const double gain = std::max(kErrorGain, 1.0 / static_cast<double>(scored_bins_));
    mean_squared_error_ =
        mean_squared_error_ ? *mean_squared_error_ + gain * (error - *mean_squared_error_) : error;
  }
  if (!enabled_) return false;
  if (twin_) {
    twin_->OnPosition(position_m_);
    twin_->Decode(features_);
  }
  student().Learn(intended_velocity_m_s);
  if (twin_) twin_->OnCommand(last_command_);
  if (!intended_velocity_m_s) return false;
  ++learned_bins_;
  if (learned_bins_ % kBinsBetweenChecks == 0) KeepOrRollBack();
  return true;
}

void Learner::OnCommand(const Vec3& velocity_m_s) noexcept {
  driver_->OnCommand(velocity_m_s);
  last_command_ = velocity_m_s;
}

void Learner::OnTrialStart() noexcept { ResetActivity(); }

void Learner::OnTrialStop() noexcept {
  if (!enabled_) return;
  KeepOrRollBack();
  if (twin_) driver_->CopyWeightsFrom(*twin_);
}

void Learner::Keep() noexcept {
  if (enabled_) KeepOrRollBack();
}

void Learner::OnGap() noexcept { ResetActivity(); }

void Learner::CopyWeightsFrom(const Learner& other) noexcept {
  for (Decoder* decoder : {driver_.get(), twin_.get(), last_good_.get()}) {
    if (decoder) decoder->CopyWeightsFrom(*other.driver_);
  }
}

void Learner::SetEnabled(bool enabled) noexcept {
  if (enabled_ && !enabled) OnTrialStop();
  if (!enabled_ && enabled && twin_) twin_->ResetActivity();
  enabled_ = enabled && driver_->learns();
}

void Learner::ResetActivity() noexcept {
  driver_->ResetActivity();
  if (twin_) twin_->ResetActivity();
}

void Learner::KeepOrRollBack() noexcept {
  if (student().IsHealthy()) {
    last_good_->CopyWeightsFrom(student());
  } else {
    RollBack();
  }
}

void Learner::RollBack() noexcept {
  for (Decoder* decoder : {driver_.get(), twin_.get()}) {
    if (!decoder) continue;
    decoder->CopyWeightsFrom(*last_good_);
    decoder->ForgetEvidence();
    decoder->ResetActivity();
  }
  last_output_ = Vec3::Zero();
  enabled_ = false;
  ++rollbacks_;
}

void Learner::VisitState(StateVisitor& visitor) {
  visitor("driver", *driver_);
  if (twin_) visitor("twin", *twin_);
  visitor("features", features_);
  visitor("position_m", position_m_, Vec3(Vec3::Zero()));
  visitor("last_output", last_output_);
  visitor("last_command", last_command_);
  visitor("enabled", enabled_);
  visitor("learned_bins", learned_bins_);
  visitor("scored_bins", scored_bins_);
  visitor("rollbacks", rollbacks_);
  visitor("mean_squared_error", mean_squared_error_, 0.0);
  if (visitor.loads()) last_good_->CopyWeightsFrom(student());
}

}  // namespace efferent

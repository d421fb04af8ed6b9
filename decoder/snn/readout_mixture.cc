#include "decoder/snn/readout_mixture.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// Labels without trials: from time to time the weights are taken as if one had begun.
constexpr double kLongestTrialS = 10.0;
// The combination has few weights and its own idea of a start: a weak pull towards [I; 0].
constexpr double kCombinationRidge = 10.0;

}  // namespace

ReadoutMixture::ReadoutMixture(const ReadoutMixtureParams& params, int num_features, int num_direct,
                               int num_dimensions, TimeNs bin_width_ns,
                               const kernels::Kernels& kernels)
    : params_(params),
      kernels_(kernels),
      bin_width_s_(static_cast<double>(bin_width_ns) * 1e-9),
      output_keep_(KeptWithTau(params.output_filter_tau_s, bin_width_ns)),
      combination_rls_(2 * num_dimensions, 1.0, kCombinationRidge, kernels),
      num_features_(num_features),
      num_direct_(num_direct),
      gains_(Eigen::VectorXd::Zero(num_dimensions)),
      mean_(gains_),
      error_(mean_),
      slow_output_(mean_),
      last_label_(mean_) {
  const int num_modulated = num_dimensions * std::max(0, num_direct - 1);
  const bool with_gain_fields = num_modulated > 0 && num_direct + num_modulated <= kMostModulated;
  phi_ = Eigen::VectorXd::Zero(num_features + (with_gain_fields ? num_modulated : 0));
  const auto add_members = [&](int first, int size, bool has_gain_fields) {
    const auto sharing = static_cast<std::uint64_t>(has_gain_fields ? params.num_memories : 1);
    const double longest_wait_s = has_gain_fields ? 2.0 * kLongestWaitS : kLongestWaitS;
    const double turns = longest_wait_s / (static_cast<double>(sharing) * bin_width_s_) + 1e-9;
    // Where even single samples are spread, a pass is long enough.
    const std::size_t waiting =
        spread_ > 1
            ? 1
            : static_cast<std::size_t>(std::clamp(turns, 1.0, static_cast<double>(kMostWaiting)));
    for (int memory = 0; size > 0 && memory < params.num_memories; ++memory) {
      const double half_life_s =
          params.slowest_half_life_s * std::pow(params.half_life_ratio, memory);
      const double keep = KeptWithHalfLife(half_life_s, bin_width_ns);
      const std::uint64_t period = sharing * spread_;
      const Eigen::MatrixXd none = Eigen::MatrixXd::Zero(size, num_dimensions);
      members_.push_back({first, has_gain_fields, period,
                          static_cast<std::uint64_t>(memory) * spread_ % period, waiting,
                          members_.size() % waiting,
                          RecursiveLeastSquares(size, std::pow(keep, static_cast<double>(period)),
                                                params.ridge, kernels, waiting),
                          none, none, error_});
    }
  };
  const int first_direct = num_features - num_direct;
  const int num_with_gain_fields = with_gain_fields ? num_direct + num_modulated : 0;
  const std::size_t bytes_per_bin = static_cast<std::size_t>(params.num_memories) *
                                        (RecursiveLeastSquares::NumBytes(num_features) +
                                         RecursiveLeastSquares::NumBytes(num_direct)) +
                                    RecursiveLeastSquares::NumBytes(num_with_gain_fields);
  spread_ = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(
             std::ceil(static_cast<double>(bytes_per_bin) / (kMatrixBytesPerS * bin_width_s_))));
  add_members(0, num_features, false);
  add_members(first_direct, num_direct, false);
  add_members(first_direct, num_with_gain_fields, true);
  errors_ = Eigen::VectorXd::Constant(static_cast<Eigen::Index>(members_.size()), -1.0);
  shares_ = errors_;
  mean_weights_ = Eigen::MatrixXd::Zero(phi_.size(), num_dimensions);
  combination_.inputs = Eigen::VectorXd::Zero(2 * mean_.size());
  combination_.weights = Eigen::MatrixXd::Identity(combination_.inputs.size(), num_dimensions);
  combination_.output = error_;
  trial_combination_ = combination_;
  SettleShares();
}

void ReadoutMixture::Combination::Respond(const Eigen::VectorXd& mean, double keep) noexcept {
  const Eigen::Index n = mean.size();
  inputs.head(n) = mean;
  inputs.segment(n, n) = keep * inputs.segment(n, n) + (1.0 - keep) * mean;
  output.noalias() = weights.transpose().lazyProduct(inputs);
}

void ReadoutMixture::SetPosture(const Eigen::VectorXd& gains) noexcept {
  gains_ = gains;
  if (knows_posture_) return;
  knows_posture_ = true;
  SettleShares();
}

const Eigen::VectorXd& ReadoutMixture::Respond(const Eigen::VectorXd& phi) noexcept {
  phi_.head(num_features_) = phi;
  if (knows_posture_ && phi_.size() > num_features_) {
    const Eigen::Index channels = num_direct_ - 1;
    for (Eigen::Index d = 0; d < gains_.size(); ++d) {
      phi_.segment(num_features_ + d * channels, channels) =
          gains_[d] * phi.segment(num_features_ - num_direct_, channels);
    }
  }
  const Eigen::Index num_modulated = knows_posture_ ? phi_.size() - num_features_ : 0;
  for (Eigen::Index d = 0; d < mean_.size(); ++d) {
    const double* weights = mean_weights_.col(d).data();
    mean_[d] = kernels_.Dot(weights, phi_.data(), static_cast<std::size_t>(num_features_)) +
               kernels_.Dot(weights + num_features_, phi_.data() + num_features_,
                            static_cast<std::size_t>(num_modulated));
  }
  combination_.Respond(mean_, output_keep_);
  return combination_.output;
}

void ReadoutMixture::Multiply(const Eigen::MatrixXd& weights,
                              Eigen::Ref<const Eigen::VectorXd> features,
                              Eigen::VectorXd* output) const noexcept {
  for (Eigen::Index d = 0; d < output->size(); ++d) {
    (*output)[d] = kernels_.Dot(weights.col(d).data(), features.data(),
                                static_cast<std::size_t>(features.size()));
  }
}

const Eigen::VectorXd& ReadoutMixture::SlowOutput() noexcept {
  const Member& slow = members_.front();
  Multiply(slow.weights, FeaturesOf(slow), &slow_output_);
  return slow_output_;
}

void ReadoutMixture::Recall() noexcept {
  mean_.setZero();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (!IsHeard(member)) continue;
    Multiply(member.trial_weights, FeaturesOf(member), &member.trial_output);
    mean_ += shares_[static_cast<Eigen::Index>(i)] * member.trial_output;
  }
  trial_combination_.Respond(mean_, output_keep_);
}

double ReadoutMixture::Evidence(const Eigen::VectorXd& label_direction) noexcept {
  if (params_.redundancy_s == 0.0) return 1.0;
  const double scale = label_direction.norm() * last_label_.norm();
  const double cosine = scale > 0.0 ? label_direction.dot(last_label_) / scale : 0.0;
  num_alike_ = std::max(cosine, 0.0) * (num_alike_ + 1.0);
  last_label_ = label_direction;
  return 1.0 / (1.0 + num_alike_ * bin_width_s_ / params_.redundancy_s);
}

void ReadoutMixture::Learn(const Eigen::VectorXd& intended, const Eigen::VectorXd& label_direction,
                           double power) noexcept {
  Recall();
  if (trial_s_ > kLongestTrialS) TakeTrialWeights();
  trial_s_ += bin_width_s_;
  const double evidence = Evidence(label_direction);
  const double weight = evidence * (1.0 - std::exp(-bin_width_s_ / params_.score_tau_s));

  bool changed = false;
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = members_[i];
    if (!IsHeard(member)) continue;
    double& error = errors_[static_cast<Eigen::Index>(i)];
    const double squared = (member.trial_output - intended).squaredNorm();
    error = error < 0.0 ? squared : error + weight * (squared - error);
    changed |= LearnInTurn(&member, intended, evidence);
  }
  ++num_learned_;
  if (changed) MixWeights();
  if (params_.output_filter_tau_s == 0.0) return;
  // From what the weights of the trial's start say: those of now have seen the label already.
  error_.noalias() = combination_.weights.transpose().lazyProduct(trial_combination_.inputs);
  error_ -= intended;
  // Its inputs are velocities: the ridge is meant for such as are about 1.
  combination_rls_.Update(trial_combination_.inputs, error_, evidence / power,
                          &combination_.weights);
}

bool ReadoutMixture::LearnInTurn(Member* member, const Eigen::VectorXd& intended,
                                 double evidence) noexcept {
  const std::uint64_t since_turn = num_learned_ + member->period - member->turn;
  const std::uint64_t part = since_turn % member->period;
  if (part >= spread_) return false;
  if (part == 0) {
    Multiply(member->weights, FeaturesOf(*member), &error_);
    error_ -= intended;
    member->rls.Take(FeaturesOf(*member), error_, static_cast<double>(member->period) * evidence);
  }
  if ((since_turn / member->period + member->offset) % member->waiting != 0) return false;
  member->rls.Advance(part, spread_, &member->weights);
  return part + 1 == spread_;
}

void ReadoutMixture::MixWeights() noexcept {
  mean_weights_.setZero();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const Member& member = members_[i];
    if (!IsHeard(member)) continue;
    mean_weights_.middleRows(member.first, member.weights.rows()) +=
        shares_[static_cast<Eigen::Index>(i)] * member.weights;
  }
}

void ReadoutMixture::OnTrialStart() noexcept {
  combination_.inputs.setZero();
  trial_combination_.inputs.setZero();
  num_alike_ = 0.0;
  last_label_.setZero();
  TakeTrialWeights();
}

void ReadoutMixture::TakeTrialWeights() noexcept {
  for (Member& member : members_) member.trial_weights = member.weights;
  trial_combination_.weights = combination_.weights;
  trial_s_ = 0.0;
  SettleShares();
}

void ReadoutMixture::SettleShares() noexcept {
  if (members_.empty()) return;
  // Of those that have been heard and scored; before the first label all count alike.
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const double error = errors_[static_cast<Eigen::Index>(i)];
    if (IsHeard(members_[i]) && error >= 0.0) best = std::min(best, error);
  }
  const bool any = std::isfinite(best);
  // A mean squared error of zero would leave nothing to compare by.
  best = std::max(best, 1e-12);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const auto at = static_cast<Eigen::Index>(i);
    const bool counts = IsHeard(members_[i]) && (!any || errors_[at] >= 0.0);
    const double excess = any && counts ? std::max(errors_[at] / best - 1.0, 0.0) : 0.0;
    shares_[at] = counts ? std::exp(-excess / params_.temperature) : 0.0;
  }
  shares_ /= shares_.sum();
  MixWeights();
}

void ReadoutMixture::CopyWeightsFrom(const ReadoutMixture& other) noexcept {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    members_[i].weights = other.members_[i].weights;
  }
  combination_.weights = other.combination_.weights;
  errors_ = other.errors_;
  knows_posture_ = other.knows_posture_;
  TakeTrialWeights();
}

void ReadoutMixture::ForgetEvidence() noexcept {
  for (Member& member : members_) member.rls.Reset();
  combination_rls_.Reset();
}

bool ReadoutMixture::IsHealthy() const noexcept {
  const auto finite = [](const Member& member) { return member.weights.allFinite(); };
  return std::all_of(members_.begin(), members_.end(), finite) &&
         combination_.weights.allFinite() && errors_.allFinite();
}

double ReadoutMixture::weight_norm() const noexcept {
  double squared = 0.0;
  for (const Member& member : members_) squared += member.weights.squaredNorm();
  return std::sqrt(squared);
}

void ReadoutMixture::Member::VisitState(StateVisitor& visitor) {
  visitor("rls", rls);
  visitor("weights", weights);
  visitor("trial_weights", trial_weights);
}

void ReadoutMixture::Combination::VisitState(StateVisitor& visitor) {
  visitor("weights", weights);
  visitor("inputs", inputs);
}

void ReadoutMixture::VisitState(StateVisitor& visitor) {
  visitor("members", members_);
  visitor("errors", errors_);
  visitor("shares", shares_);
  visitor("combination", combination_);
  visitor("trial_combination", trial_combination_);
  visitor("combination_rls", combination_rls_);
  visitor("knows_posture", knows_posture_);
  visitor("num_learned", num_learned_);
  visitor("last_label", last_label_);
  visitor("num_alike", num_alike_);
  visitor("trial_s", trial_s_);
  if (visitor.loads()) MixWeights();
}

}  // namespace efferent

#include "decoder/linear/leaky_readout.h"

#include "decoder/state_visitor.h"

namespace efferent {

LeakyReadout::LeakyReadout(int num_features, int num_dimensions, double output_leak)
    : output_leak_(output_leak),
      weights_(Eigen::MatrixXd::Zero(num_features, num_dimensions)),
      phi_(Eigen::VectorXd::Zero(num_features)),
      output_(Eigen::VectorXd::Zero(num_dimensions)),
      last_command_(output_),
      error_(output_) {
  ResetActivity();
}

TaskVector LeakyReadout::Respond() noexcept {
  TaskVector velocity;
  for (Eigen::Index d = 0; d < output_.size(); ++d) {
    output_[d] = output_leak_ * last_command_[d] + weights_.col(d).dot(phi_);
    velocity[d] = output_[d];
  }
  return velocity;
}

const Eigen::VectorXd& LeakyReadout::Error(const TaskVector& intended_velocity_m_s) noexcept {
  error_ = output_ - intended_velocity_m_s.head(output_.size());
  return error_;
}

void LeakyReadout::OnCommand(const TaskVector& velocity_m_s) noexcept {
  last_command_ = velocity_m_s.head(last_command_.size());
}

void LeakyReadout::ResetActivity() noexcept {
  phi_.setZero();
  phi_[phi_.size() - 1] = 1.0;
  output_.setZero();
  last_command_.setZero();
}

void LeakyReadout::VisitState(StateVisitor& visitor) {
  visitor("weights", weights_);
  visitor("phi", phi_);
  visitor("last_command", last_command_);
}

}  // namespace efferent

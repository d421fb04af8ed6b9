#pragma once

#include <Eigen/Core>

#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Linear readout with an output leak, F features, D dimensions:
///   y[k] = output_leak c[k-1] + W' phi[k]        W: F x D, (m/s) per unit of feature
/// c[k-1], the last command, counts as measured: the error of a bin is not blamed on earlier
/// outputs. The last feature is a constant 1. Real-time safe after construction.
class LeakyReadout {
 public:
  LeakyReadout(int num_features, int num_dimensions, double output_leak);

  /// phi, F. Whoever owns the readout writes all but the last element before Respond.
  Eigen::VectorXd& phi() { return phi_; }

  /// y, m/s.
  TaskVector Respond() noexcept;

  /// y - y*, D, m/s: error of the last response. Valid until the next call.
  const Eigen::VectorXd& Error(const TaskVector& intended_velocity_m_s) noexcept;

  /// The velocity that was commanded: c of the next bin.
  void OnCommand(const TaskVector& velocity_m_s) noexcept;

  /// Features, output and last command to zero.
  void ResetActivity() noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

  Eigen::MatrixXd& weights() { return weights_; }
  const Eigen::MatrixXd& weights() const { return weights_; }

 private:
  double output_leak_;
  Eigen::MatrixXd weights_;       // W, F x D
  Eigen::VectorXd phi_;           // F
  Eigen::VectorXd output_;        // y, D
  Eigen::VectorXd last_command_;  // c, D
  Eigen::VectorXd error_;         // D
};

}  // namespace efferent

#pragma once

#include <cstdint>

#include "decoder/guard/guard_params.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Whether learning does harm: what was decoded is compared, label by label, with what a reference says, the
/// same decoder with the last good weights, which do not learn:
///   d = |y - y*|^2 - (1 + max_excess_error) |y_reference - y*|^2
/// Harm is done if the running mean of d over the window is above zero by more than chance explains
/// (kSigmas standard errors). One label counts for no more than some times the power that labels have.
/// Real-time safe.
class HarmGuard {
 public:
  HarmGuard(const GuardParams& params, TimeNs bin_width_ns);

  /// Of a bin with a label. `label_power`: LabelGuard::label_power().
  void Compare(const TaskVector& decoded, const TaskVector& reference, const TaskVector& label,
               double label_power) noexcept;

  /// Learning does harm.
  bool is_proven() const;
  /// As long as the reference is younger than a window, nothing is known.
  bool is_settled() const { return num_labels_ >= window_labels_; }
  /// What was decoded was at least as good as the reference.
  bool is_no_worse() const { return error_ <= reference_error_; }

  /// There is another reference.
  void Reset() noexcept;
  void VisitState(StateVisitor& visitor);

 private:
  double max_excess_error_;
  std::uint64_t window_labels_;

  std::uint64_t num_labels_ = 0;
  // Running means: of the squared errors, and of d^2.
  double error_ = 0.0, reference_error_ = 0.0;
  double squared_harm_ = 0.0;
};

}  // namespace efferent

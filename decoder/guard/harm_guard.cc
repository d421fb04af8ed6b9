#include "decoder/guard/harm_guard.h"

#include <algorithm>
#include <cmath>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kLargestError = 9.0;  // of the labels' power
// Errors of neighbouring bins go together, so that so many are few.
constexpr double kSigmas = 8.0;

}  // namespace

HarmGuard::HarmGuard(const GuardParams& params, TimeNs bin_width_ns)
    : max_excess_error_(params.max_excess_error),
      window_labels_(NumLabels(params.excess_error_s, bin_width_ns)) {}

void HarmGuard::Compare(const TaskVector& decoded, const TaskVector& reference,
                        const TaskVector& label, double label_power) noexcept {
  const double largest = kLargestError * label_power;
  // Written so that what is not a number counts as wrong as can be.
  const auto error_of = [&](const TaskVector& said) {
    const double error = SquaredNorm(said - label);
    return error < largest ? error : largest;
  };
  const double error = error_of(decoded), reference_error = error_of(reference);
  const double harm = error - (1.0 + max_excess_error_) * reference_error;
  ++num_labels_;
  const double gain = 1.0 / static_cast<double>(std::min(num_labels_, window_labels_));
  error_ += gain * (error - error_);
  reference_error_ += gain * (reference_error - reference_error_);
  squared_harm_ += gain * (harm * harm - squared_harm_);
}

bool HarmGuard::is_proven() const {
  if (!is_settled()) return false;
  const double harm = error_ - (1.0 + max_excess_error_) * reference_error_;
  const double variance = std::max(0.0, squared_harm_ - harm * harm);
  return harm > kSigmas * std::sqrt(variance / static_cast<double>(window_labels_));
}

void HarmGuard::Reset() noexcept {
  num_labels_ = 0;
  error_ = reference_error_ = squared_harm_ = 0.0;
}

void HarmGuard::VisitState(StateVisitor& visitor) {
  visitor("num_labels", num_labels_);
  visitor("error", error_);
  visitor("reference_error", reference_error_);
  visitor("squared_harm", squared_harm_);
}

}  // namespace efferent

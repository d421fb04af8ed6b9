#pragma once

#include <limits>
#include <memory>

#include "decoder/decoder.h"

namespace efferent::test {

/// A decoder with one weight, to see what its owner does with it: puts out the weight; learning
/// sets the weight to the label's x. A label of 13 spoils the weight.
class ProbeDecoder final : public Decoder {
 public:
  explicit ProbeDecoder(double weight) : weight_(weight) {}
  std::string_view name() const override { return "probe"; }
  TaskVector Decode(const Eigen::VectorXf&) noexcept override {
    return TaskVector(weight_, 0.0, 0.0);
  }
  void Learn(const std::optional<TaskVector>& label) noexcept override {
    if (label) weight_ = label->x() == 13.0 ? std::numeric_limits<double>::quiet_NaN() : label->x();
  }
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder& other) noexcept override {
    weight_ = static_cast<const ProbeDecoder&>(other).weight_;
  }
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return weight_ == weight_; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override { return std::make_unique<ProbeDecoder>(*this); }

 private:
  double weight_;
};

}  // namespace efferent::test

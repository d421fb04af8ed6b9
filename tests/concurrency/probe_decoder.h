#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "decoder/decoder.h"

namespace efferent::test {

/// What happened, in order. Thread-safe.
class Diary {
 public:
  void Write(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// A decoder that writes down what is asked of it, so that tests can see the order of things; it
/// decodes the sum of its features into the x direction.
class ProbeDecoder final : public Decoder {
 public:
  /// `on_learn`: called in Learn, for example to hang.
  explicit ProbeDecoder(std::shared_ptr<Diary> diary, std::function<void()> on_learn = {})
      : diary_(std::move(diary)), on_learn_(std::move(on_learn)) {}

  std::string_view name() const override { return "probe"; }
  TaskVector Decode(const Eigen::VectorXf& features) noexcept override {
    diary_->Write("decode");
    return {features.sum(), 0.0, 0.0};
  }
  void Learn(const std::optional<TaskVector>& label) noexcept override {
    diary_->Write(label ? "learn " + std::to_string(static_cast<int>(label->x()))
                        : "learn nothing");
    if (on_learn_) on_learn_();
  }
  void ResetActivity() noexcept override { diary_->Write("reset"); }
  void CopyWeightsFrom(const Decoder&) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override { return std::make_unique<ProbeDecoder>(*this); }

 private:
  std::shared_ptr<Diary> diary_;
  std::function<void()> on_learn_;
};

}  // namespace efferent::test

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "decoder/command_shaper.h"
#include "decoder/feature_extractor.h"
#include "decoder/guard/input_guard.h"
#include "decoder/intention.h"
#include "decoder/learner.h"
#include "decoder/parameters.h"
#include "decoder/position_input.h"
#include "decoder/reward_intention.h"
#include "decoder/shadows.h"
#include "decoder/spike_binner.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Settings of a Step that are not the decoder's own.
struct StepParams {
  int num_channels = 0;
  TimeNs bin_width_ns = 0;
  int num_dimensions = 2;
  InputGuardParams input_guard;
  FeatureParams features;
  IntentionParams intention;
  GuardParams guard;
  LimitParams limits;
  LearningEffect learning_effect = LearningEffect::kBin;
  bool learning_enabled = true;
};

template <class Visitor>
void VisitFields(StepParams& p, Visitor&& visit) {
  visit("num_channels", p.num_channels, Bounds{1, 4096}, "channels");
  visit("bin_width_ns", p.bin_width_ns, Bounds{1e5, 1e9}, "ns");
  visit("num_dimensions", p.num_dimensions, Bounds{1, kMaxDimensions}, "");
  visit("input_guard", p.input_guard);
  visit("features", p.features);
  visit("learning", p.intention);
  visit("learning.guard", p.guard);
  visit("limits", p.limits);
}

/// The path from spikes to command, and then to what is learnt:
///
///   AddSpikes / AddCounts    -> binner
///   DecodeBin                -> binner -> input guard -> features -> decoder -> shaper -> command  (respond,
///   LearnBin                 -> label -> learner                                    then learn)
///   ShowShadow               -> a shadow decodes the same features and learns the same label
///
/// With LabelSource::kReward commands are varied while it learns, and the label follows from what
/// that earns; the decoder goes on from what it had itself commanded.
///
/// Of a bin that is not plausible (InputGuard) nothing is decoded or learnt: the decoder sees what is
/// usual, and the arm is brought to rest (hold.h) in session time, as the watchdog does by its clock. Of a
/// masked channel the decoder sees what is usual.
///
/// Real-time safe after construction: no allocation, lock, I/O, log or throw. Not thread-safe. A
/// function of its inputs: same construction and same calls, same commands and weights, bit for
/// bit.
class Step {
 public:
  /// @throws InvalidParameters naming every field out of bounds.
  Step(const StepParams& params, std::unique_ptr<Decoder> decoder);

  /// What makes a decoder fit to drive here or to stand in the shadow; it does not learn before it does
  /// so. Allocates; may be called while another thread steps.
  std::unique_ptr<Learner> MakeLearner(std::unique_ptr<Decoder> decoder) const;

  /// Adds events; see SpikeBinner::Add.
  void AddSpikes(std::span<const Spike> spikes) noexcept { binner_.Add(spikes); }
  /// Adds a row of counts to the next bin, num_channels.
  void AddCounts(std::span<const float> counts) noexcept { binner_.AddCounts(counts); }

  /// Closes the next bin and decodes it. `position_m`: where the arm is, if known: bounds the command;
  /// see PositionInput for what the decoder is told of it. Always writes a command: kDecoded or
  /// kFault; kHeld or kStopped if the bin is not plausible.
  CommandStatus DecodeBin(const std::optional<TaskVector>& position_m, Command* command) noexcept;

  /// Learns from the bin that was decoded last. `behavior`: arm and task as the subject had them
  /// when the bin began. Returns whether anything was learnt.
  bool LearnBin(const std::optional<BehaviorSample>& behavior) noexcept;

  /// Shows the bin that was decoded last, and its label, to the shadow in a slot; after LearnBin.
  void ShowShadow(int slot) noexcept;

  /// Puts another decoder in the driver's place, from the next bin on; returns the former one.
  /// Commands go on from where they are.
  std::unique_ptr<Learner> SwapDriver(std::unique_ptr<Learner> driver) noexcept;
  /// Adds a shadow to an empty slot; see Shadows. `twin`: with the driver's weights of now; it has been
  /// built with the driver's parameters.
  void AddShadow(int slot, std::unique_ptr<Learner> shadow, bool frozen, bool twin) noexcept;
  std::unique_ptr<Learner> RemoveShadow(int slot) noexcept { return shadows_.Take(slot); }
  /// The shadow drives, and what drove stands in its slot, and learns.
  void PromoteShadow(int slot) noexcept;

  void OnTrialStart() noexcept;
  void OnTrialStop() noexcept;
  /// Jumps over missing bins to `bin_index`; returns how many.
  std::uint64_t SkipTo(std::uint64_t bin_index) noexcept;
  /// The arm was stopped (watchdog): the next command accelerates from zero.
  void OnStopped() noexcept;
  /// Of the driver and of all shadows that are not frozen.
  void SetLearningEnabled(bool enabled) noexcept;
  /// All of it between two bins: spikes of bins that are not complete, features, decoders and learning;
  /// see StateVisitor. Whoever loads holds shadows of the same kinds in the same slots.
  void VisitState(StateVisitor& visitor);

  const InputGuard& input_guard() const { return input_guard_; }
  /// Bins that were not plausible.
  std::uint64_t implausible_bin_count() const { return implausible_bins_; }
  const SpikeBinner& binner() const { return binner_; }
  const Learner& learner() const { return *learner_; }
  const Shadows& shadows() const { return shadows_; }

 private:
  /// What the decoder is to see of a bin.
  const Eigen::VectorXf& Features(const Eigen::VectorXf& counts) noexcept;
  /// The velocity of a bin that is not plausible.
  TaskVector Hold() noexcept;

  int num_dimensions_;
  IntentionParams intention_params_;
  LearnerParams learner_params_;
  bool learning_enabled_;  // as was asked for last
  SpikeBinner binner_;
  InputGuard input_guard_;
  FeatureExtractor features_;
  PositionInput position_input_;
  std::unique_ptr<Learner> learner_;  // never null
  Shadows shadows_;
  CommandShaper shaper_;
  IntentionEstimator intention_;
  std::optional<RewardIntention> reward_intention_;  // with LabelSource::kReward
  double hold_keep_;
  std::uint64_t longest_hold_bins_;
  std::uint64_t held_bins_ = 0;  // up to now, without one that was plausible
  std::uint64_t implausible_bins_ = 0;
  Eigen::VectorXf seen_;  // features, where they are not the extractor's
  bool last_bin_decoded_ = false;
  // Of the bin that was decoded last, for the shadows.
  const Eigen::VectorXf* last_features_ = nullptr;
  std::optional<TaskVector> last_position_m_;  // as the decoder was told
  TaskVector last_command_;
  std::optional<TaskVector> last_label_;
  TaskVector last_carried_;
};

}  // namespace efferent

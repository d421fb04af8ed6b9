#pragma once

#include <cstdint>

#include "decoder/guard/guard_params.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Whether labels have turned against what the decoder says, with a decoder that agreed with them before and
/// neurons that do what they always do. Then it is the labels that are wrong.
///
/// For each label y*, y being what the last good weights decode, c the part of y* that is not asked for but
/// there (the velocity that the arm has, in labels that go part of the way from it):
///   g = (y - c).(y* - c) / sqrt(mean |y - c|^2 mean |y* - c|^2)       agreement, about -1 to 1
///   a: running mean of g; labels are trusted until they contradict once a has been large
///   s <- max(0, s - g)                                               Page, Biometrika 41, 1954
/// Beyond a threshold of s nothing more is learnt until it is clear: labels agree again (s falls to 0); or
/// the neurons turn out to do something new, so that it may well be the decoder that is wrong; or labels
/// have contradicted for the whole window. Real-time safe.
class LabelGuard {
 public:
  enum class Verdict {
    kLearn,
    kWait,        ///< Not clear: do not learn from it.
    kContradicts  ///< It is the labels.
  };

  LabelGuard(const GuardParams& params, TimeNs bin_width_ns);

  /// Of a bin with a label. `novelty`: FeatureNovelty::value().
  Verdict Judge(const TaskVector& decoded, const TaskVector& label, const TaskVector& carried,
                double novelty) noexcept;
  /// A bin without a label.
  void NoLabel() noexcept;

  /// Agreement has been proven: the decoder was right until now.
  bool trusts() const;
  /// Neither waiting nor on the way there.
  bool is_calm() const;
  /// mean |y* - c|^2, (m/s)^2.
  double label_power() const { return label_power_; }

  /// Agreement is to be proven anew.
  void Reset() noexcept;
  void VisitState(StateVisitor& visitor);

 private:
  /// g, with the running means brought up to date; said: y - c, asked: y* - c.
  double Follow(const TaskVector& said, const TaskVector& asked) noexcept;
  void Resume() noexcept;

  double bin_width_s_;
  std::uint64_t window_labels_;
  std::uint64_t longest_wait_bins_;

  std::uint64_t num_labels_ = 0;
  double decoded_power_ = 0.0, label_power_ = 0.0;
  double agreement_ = 0.0;  // a
  double against_ = 0.0;    // s
  bool waits_ = false;
  std::uint64_t waited_labels_ = 0;
  std::uint64_t waited_bins_ = 0;
  double waited_agreement_ = 0.0;  // sum of g
};

}  // namespace efferent

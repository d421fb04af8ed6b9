#pragma once

#include <optional>

#include "decoder/types.h"

namespace efferent {

/// Whether a decoder is told where the arm is.
enum class PositionInputMode {
  kAuto,     ///< As kDelayed, but not at all if the label is the measured velocity.
  kNever,    ///< Not at all.
  kDelayed,  ///< One bin late.
};

/// What a decoder is told of the arm's position: that of the bin before. The position at the start of a
/// bin and the measured velocity in it have much in common, so a decoder that knew the position of the
/// same bin could read its label from it instead of from the neurons. With a measured velocity as
/// label even positions of before say much of it, which is why kAuto does not tell them. Real-time safe.
class PositionInput {
 public:
  explicit PositionInput(bool enabled) : enabled_(enabled) {}

  /// `position_m`: where the arm is in the bin that is decoded next, if known. Returns what the
  /// decoder may know in that bin: nothing in the first bin after a gap or the start of a trial, since
  /// the arm may have jumped.
  std::optional<TaskVector> Advance(const std::optional<TaskVector>& position_m) noexcept {
    if (!enabled_) return std::nullopt;
    const std::optional<TaskVector> told = last_;
    last_ = position_m;
    return told;
  }

  /// The next bin does not follow on the last one.
  void Reset() noexcept { last_.reset(); }

  /// Fields of the state; see StateVisitor.
  template <class Visitor>
  void VisitState(Visitor& visitor) {
    visitor("last", last_, TaskVector());
  }

 private:
  bool enabled_;
  std::optional<TaskVector> last_;
};

}  // namespace efferent

#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "decoder/learner.h"

namespace efferent {

/// Decoders that see what the driver sees, learn what it learns and are scored on the same labels, but
/// never drive. Each one stands in a slot of its own. What the last command was is told to them too,
/// so that each bin's output is what they would have said in the driver's place.
///
/// Real-time safe, but for the destruction of what Take returns. Not thread-safe.
class Shadows {
 public:
  static constexpr int kMax = 8;

  /// Puts a decoder into an empty slot. `frozen`: it never learns while it stands there.
  void Put(int slot, std::unique_ptr<Learner> learner, bool frozen) noexcept;
  /// Empties a slot.
  std::unique_ptr<Learner> Take(int slot) noexcept;
  /// Null if the slot is empty.
  const Learner* at(int slot) const { return slots_[Index(slot)].learner.get(); }
  bool frozen(int slot) const { return slots_[Index(slot)].frozen; }

  /// Decodes a bin and learns from it, if there is one in the slot; see Learner.
  void ShowBin(int slot, const std::optional<TaskVector>& position_m,
               const Eigen::VectorXf& features, const std::optional<TaskVector>& label,
               const TaskVector& carried, const TaskVector& command) noexcept;

  void OnTrialStart() noexcept;
  void OnTrialStop() noexcept;
  void OnGap() noexcept;
  /// The arm was stopped; see Decoder::OnCommand.
  void OnStopped() noexcept;
  void SetEnabled(bool enabled) noexcept;
  /// Of those that there are; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  struct Slot {
    std::unique_ptr<Learner> learner;
    bool frozen = false;
  };
  static std::size_t Index(int slot) { return static_cast<std::size_t>(slot); }
  template <class Action>
  void ForEach(Action&& action) noexcept {
    for (Slot& slot : slots_) {
      if (slot.learner) action(slot);
    }
  }

  std::array<Slot, kMax> slots_;
};

}  // namespace efferent

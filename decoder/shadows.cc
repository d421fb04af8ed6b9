#include "decoder/shadows.h"

#include <string>
#include <utility>

#include "decoder/state_visitor.h"

namespace efferent {

void Shadows::Put(int slot, std::unique_ptr<Learner> learner, bool frozen) noexcept {
  slots_[Index(slot)] = {std::move(learner), frozen};
}

std::unique_ptr<Learner> Shadows::Take(int slot) noexcept {
  return std::exchange(slots_[Index(slot)], {}).learner;
}

void Shadows::ShowBin(int slot, const std::optional<TaskVector>& position_m,
                      const Eigen::VectorXf& features, const std::optional<TaskVector>& label,
                      const TaskVector& carried, const TaskVector& command) noexcept {
  Learner* learner = slots_[Index(slot)].learner.get();
  if (!learner) return;
  learner->OnPosition(position_m);
  const bool decoded = learner->Decode(features).has_value();
  learner->OnCommand(command);
  if (decoded) learner->Learn(label, carried);
}

void Shadows::OnTrialStart() noexcept {
  ForEach([](Slot& slot) { slot.learner->OnTrialStart(); });
}

void Shadows::OnTrialStop() noexcept {
  ForEach([](Slot& slot) { slot.learner->OnTrialStop(); });
}

void Shadows::OnGap() noexcept {
  ForEach([](Slot& slot) { slot.learner->OnGap(); });
}

void Shadows::OnStopped() noexcept {
  ForEach([](Slot& slot) { slot.learner->OnCommand(TaskVector()); });
}

void Shadows::SetEnabled(bool enabled) noexcept {
  ForEach([enabled](Slot& slot) { slot.learner->SetEnabled(enabled && !slot.frozen); });
}

void Shadows::VisitState(StateVisitor& visitor) {
  for (int slot = 0; slot < kMax; ++slot) {
    Slot& shadow = slots_[Index(slot)];
    if (!shadow.learner) continue;
    visitor("slot_" + std::to_string(slot), *shadow.learner);
  }
}

}  // namespace efferent

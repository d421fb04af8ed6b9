#pragma once

#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "decoder/intention.h"
#include "server/loop/chunk.h"

namespace efferent {

/// Hands what arm and task are doing from the arm stream to the control loop: the state is
/// latest-wins (an overtaken one is of no use to anyone), the boundaries of trials are kept in
/// order, `kCapacity` of them at most; an update that would go over it is refused whole.
/// Thread-safe; the critical sections copy a few words.
class BehaviorInbox {
 public:
  static constexpr std::size_t kCapacity = 1'024;

  BehaviorInbox() { boundaries_.reserve(kCapacity); }

  /// Returns false, and takes nothing, if the loop has let too many boundaries pile up.
  bool Put(const BehaviorSample& sample, std::span<const TrialBoundary> boundaries) {
    const std::lock_guard lock(mutex_);
    if (boundaries_.size() + boundaries.size() > kCapacity) return false;
    latest_ = sample;
    boundaries_.insert(boundaries_.end(), boundaries.begin(), boundaries.end());
    return true;
  }

  /// The arm is gone: where it is and what it wants is not known any more.
  void Forget() {
    const std::lock_guard lock(mutex_);
    latest_.reset();
  }

  /// Appends the boundaries that came since the last call, and returns the latest state.
  std::optional<BehaviorSample> Take(std::vector<TrialBoundary>* boundaries) {
    const std::lock_guard lock(mutex_);
    boundaries->insert(boundaries->end(), boundaries_.begin(), boundaries_.end());
    boundaries_.clear();
    return latest_;
  }

 private:
  std::mutex mutex_;
  std::optional<BehaviorSample> latest_;
  std::vector<TrialBoundary> boundaries_;
};

}  // namespace efferent

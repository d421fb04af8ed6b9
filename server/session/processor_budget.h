#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace efferent {

/// The processor time that sessions in real time have been promised, in processors. Thread-safe;
/// always held by a shared_ptr.
class ProcessorBudget : public std::enable_shared_from_this<ProcessorBudget> {
 public:
  /// A promise; it ends with the object.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept { *this = std::move(other); }
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(processors_, other.processors_);
      return *this;
    }
    ~Share() { GiveBack(); }
    /// Ends it early; a second time does nothing.
    void GiveBack() {
      if (const auto budget = std::exchange(budget_, nullptr)) budget->Release(processors_);
    }
    /// As they were promised, also when they have been given back.
    double processors() const { return processors_; }

   private:
    friend class ProcessorBudget;
    Share(std::shared_ptr<ProcessorBudget> budget, double processors)
        : budget_(std::move(budget)), processors_(processors) {}
    std::shared_ptr<ProcessorBudget> budget_;
    double processors_ = 0.0;
  };

  explicit ProcessorBudget(double reservable) : reservable_(reservable) {}

  /// Promises so many processors. False, and nothing is promised, if they are not left.
  bool Reserve(double processors, Share* share) {
    const std::lock_guard lock(mutex_);
    if (reserved_ + processors > reservable_) return false;
    reserved_ += processors;
    *share = Share(shared_from_this(), processors);
    return true;
  }

  double reserved() const {
    const std::lock_guard lock(mutex_);
    return reserved_;
  }
  double reservable() const { return reservable_; }

 private:
  void Release(double processors) {
    const std::lock_guard lock(mutex_);
    reserved_ -= processors;
  }

  const double reservable_;
  mutable std::mutex mutex_;
  double reserved_ = 0.0;
};

}  // namespace efferent

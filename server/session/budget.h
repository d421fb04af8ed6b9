#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace efferent {

/// Something that there is so much of, and what of it has been promised. Thread-safe; always held by a
/// shared_ptr.
class Budget : public std::enable_shared_from_this<Budget> {
 public:
  /// A promise; it ends with the object.
  class Share {
   public:
    Share() = default;
    Share(Share&& other) noexcept { *this = std::move(other); }
    Share& operator=(Share&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(amount_, other.amount_);
      return *this;
    }
    ~Share() { GiveBack(); }
    /// Ends it early; a second time does nothing.
    void GiveBack() {
      if (const auto budget = std::exchange(budget_, nullptr)) budget->Release(amount_);
    }
    /// As it was promised, also when it has been given back.
    double amount() const { return amount_; }

   private:
    friend class Budget;
    Share(std::shared_ptr<Budget> budget, double amount)
        : budget_(std::move(budget)), amount_(amount) {}
    std::shared_ptr<Budget> budget_;
    double amount_ = 0.0;
  };

  explicit Budget(double reservable) : reservable_(reservable) {}

  /// Promises so much. False, and nothing is promised, if it is not left.
  bool Reserve(double amount, Share* share) {
    const std::lock_guard lock(mutex_);
    if (reserved_ + amount > reservable_) return false;
    reserved_ += amount;
    *share = Share(shared_from_this(), amount);
    return true;
  }

  double reserved() const {
    const std::lock_guard lock(mutex_);
    return reserved_;
  }
  double reservable() const { return reservable_; }

 private:
  void Release(double amount) {
    const std::lock_guard lock(mutex_);
    reserved_ -= amount;
  }

  const double reservable_;
  mutable std::mutex mutex_;
  double reserved_ = 0.0;
};

}  // namespace efferent

#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace efferent {

/// A list as it was when it was asked for, whatever becomes of it since: it is copied when it
/// changes, and what is gone through stays alive meanwhile. (A shared_ptr to a vector would not do:
/// in `for (... : *list())` the temporary pointer is gone before the first turn.) Copying a
/// snapshot does not allocate.
template <class T>
class Snapshot {
 public:
  Snapshot() = default;
  explicit Snapshot(std::vector<T> items)
      : items_(std::make_shared<const std::vector<T>>(std::move(items))) {}

  const T* begin() const { return items_ ? items_->data() : nullptr; }
  const T* end() const { return begin() + size(); }
  std::size_t size() const { return items_ ? items_->size() : 0; }

  /// To be changed and made a new snapshot of.
  std::vector<T> Copy() const { return {begin(), end()}; }

 private:
  std::shared_ptr<const std::vector<T>> items_;
};

}  // namespace efferent

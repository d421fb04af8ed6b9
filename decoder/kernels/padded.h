#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <new>
#include <vector>

namespace efferent::kernels {

/// Floats that a kernel handles at a time: what it is given is padded to a multiple of these.
inline constexpr std::size_t kFloatLanes = 8;
/// The same for doubles.
inline constexpr std::size_t kDoubleLanes = 4;

/// `size` rounded up to a multiple of `lanes`.
constexpr std::size_t Padded(std::size_t size, std::size_t lanes) {
  return (size + lanes - 1) / lanes * lanes;
}

/// Memory that begins on a cache line, whatever instruction set the including file is compiled for
/// (Eigen's own alignment depends on that).
template <class T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kAlignment{64};

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>& /*other*/) noexcept {}  // NOLINT: as any
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), kAlignment)); }
  void deallocate(T* p, std::size_t /*n*/) noexcept { ::operator delete(p, kAlignment); }
  friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) { return true; }
};

template <class T>
using CacheLineVector = std::vector<T, CacheLineAllocator<T>>;

/// A vector of floats as the kernels want it: aligned, followed by zeros up to a multiple of
/// kFloatLanes. Copies of the same size do not allocate.
class PaddedVector {
 public:
  PaddedVector() = default;
  explicit PaddedVector(Eigen::Index size)
      : size_(size), values_(Padded(static_cast<std::size_t>(size), kFloatLanes), 0.0f) {}

  Eigen::Index size() const { return size_; }
  std::size_t padded_size() const { return values_.size(); }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  /// Without the padding.
  Eigen::Map<Eigen::VectorXf> view() { return {values_.data(), size_}; }
  Eigen::Map<const Eigen::VectorXf> view() const { return {values_.data(), size_}; }

 private:
  Eigen::Index size_ = 0;
  CacheLineVector<float> values_;
};

/// A column-major matrix of floats, every column padded with zeros to a multiple of kFloatLanes.
/// Copies of the same shape do not allocate.
class PaddedMatrix {
 public:
  using View = Eigen::Map<Eigen::MatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;
  using ConstView = Eigen::Map<const Eigen::MatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;

  PaddedMatrix() = default;
  PaddedMatrix(Eigen::Index rows, Eigen::Index columns)
      : rows_(rows),
        columns_(columns),
        stride_(Padded(static_cast<std::size_t>(rows), kFloatLanes)),
        values_(stride_ * static_cast<std::size_t>(columns), 0.0f) {}

  Eigen::Index rows() const { return rows_; }
  Eigen::Index columns() const { return columns_; }
  /// From the start of a column to that of the next, in floats.
  std::size_t stride() const { return stride_; }
  float* data() { return values_.data(); }
  const float* data() const { return values_.data(); }
  float* column(Eigen::Index i) { return data() + stride_ * static_cast<std::size_t>(i); }
  const float* column(Eigen::Index i) const {
    return data() + stride_ * static_cast<std::size_t>(i);
  }
  /// Without the padding, rows x columns.
  View view() { return {data(), rows_, columns_, outer_stride()}; }
  ConstView view() const { return {data(), rows_, columns_, outer_stride()}; }
  void SetZero() { values_.assign(values_.size(), 0.0f); }

 private:
  Eigen::OuterStride<> outer_stride() const {
    return Eigen::OuterStride<>(static_cast<Eigen::Index>(stride_));
  }

  Eigen::Index rows_ = 0, columns_ = 0;
  std::size_t stride_ = 0;
  CacheLineVector<float> values_;
};

}  // namespace efferent::kernels

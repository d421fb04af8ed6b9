#pragma once

#include <Eigen/Core>
#include <bit>
#include <cstdint>

namespace efferent::test {

/// Of numbers, bit for bit: FNV-1a, 64 bit (Fowler, Noll and Vo).
class Checksum {
 public:
  void Add(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int byte = 0; byte < 8; ++byte, bits >>= 8) {
      hash_ = (hash_ ^ (bits & 0xFF)) * 0x100000001B3u;
    }
  }
  template <class Values>
  void AddAll(const Values& values) {
    for (Eigen::Index i = 0; i < values.cols(); ++i) {
      for (Eigen::Index j = 0; j < values.rows(); ++j) Add(static_cast<double>(values(j, i)));
    }
  }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

}  // namespace efferent::test

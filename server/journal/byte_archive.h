#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "decoder/types.h"

namespace efferent {

static_assert(std::endian::native == std::endian::little, "records are little-endian");

/// Bytes that are no record.
class DamagedRecord : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What goes through an archive as it lies in memory.
template <class T>
concept PlainValue = std::is_arithmetic_v<T> || std::is_enum_v<T>;

/// Writes values one after the other behind what is in `bytes`, as far as its capacity reaches:
/// it never allocates. Structs name their fields in `Fields(archive, struct)`, for this and for
/// ByteReader.
class ByteWriter {
 public:
  explicit ByteWriter(std::vector<char>* bytes) : bytes_(bytes) {}

  static constexpr bool kReads = false;
  /// Something did not fit: what was written is of no use.
  bool overflowed() const { return overflowed_; }

  template <PlainValue T>
  void operator()(const T& value) {
    Append(&value, sizeof value);
  }
  /// Its length, and the elements up to the last that has a bit set.
  void operator()(const TaskVector& value) {
    std::uint8_t size = kMaxDimensions;
    while (size > 0 && std::bit_cast<std::uint64_t>(value[size - 1]) == 0) --size;
    (*this)(size);
    Append(value.data(), size * sizeof(double));
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(static_cast<std::uint32_t>(values.size()));
    if constexpr (PlainValue<T>) {
      Append(values.data(), values.size() * sizeof(T));
    } else {
      for (const T& value : values) (*this)(value);
    }
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    Append(text.data(), text.size());
  }
  template <class T>
  requires std::is_class_v<T>
  void operator()(const T& part) {
    Fields(*this, const_cast<T&>(part));  // a writer only looks
  }

  void Append(const void* data, std::size_t size) {
    if (overflowed_ || bytes_->capacity() - bytes_->size() < size) {
      overflowed_ = true;
      return;
    }
    const auto* begin = static_cast<const char*>(data);
    bytes_->insert(bytes_->end(), begin, begin + size);
  }

 private:
  std::vector<char>* bytes_;
  bool overflowed_ = false;
};

/// Reads what a ByteWriter wrote. Bytes may come from anywhere. @throws DamagedRecord.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  static constexpr bool kReads = true;

  template <PlainValue T>
  void operator()(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = Take(1)[0] != 0;
    } else {
      std::memcpy(&value, Take(sizeof value).data(), sizeof value);
    }
  }
  void operator()(TaskVector& value) {
    std::uint8_t size = 0;
    (*this)(size);
    Require(size <= kMaxDimensions, "a record's vector has more dimensions than there are");
    value = TaskVector();
    std::memcpy(value.data(), Take(size * sizeof(double)).data(), size * sizeof(double));
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool is_known = false;
    (*this)(is_known);
    value.reset();
    if (is_known) (*this)(value.emplace());
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    // Every element takes at least a byte: a size that cannot be is refused before memory is taken.
    const std::uint32_t size = TakeSize(PlainValue<T> ? sizeof(T) : 1);
    values.clear();
    if constexpr (PlainValue<T>) {
      values.resize(size);
      const std::string_view data = Take(size * sizeof(T));
      if (size > 0) std::memcpy(values.data(), data.data(), data.size());
    } else {
      // One by one: memory is taken for what is there, whatever the size says.
      for (std::uint32_t i = 0; i < size; ++i) (*this)(values.emplace_back());
    }
  }
  void operator()(std::string& text) { text = Take(TakeSize(1)); }
  template <class T>
  requires std::is_class_v<T>
  void operator()(T& part) { Fields(*this, part); }

  std::string_view Take(std::size_t size) {
    if (size > bytes_.size()) throw DamagedRecord("a record ends too early");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  bool empty() const { return bytes_.empty(); }
  /// @throws DamagedRecord unless `ok`.
  static void Require(bool ok, const char* what) {
    if (!ok) throw DamagedRecord(what);
  }

 private:
  std::uint32_t TakeSize(std::size_t element_bytes) {
    std::uint32_t size = 0;
    (*this)(size);
    Require(size <= bytes_.size() / element_bytes, "a record's list is longer than the record");
    return size;
  }

  std::string_view bytes_;
};

}  // namespace efferent

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "decoder/state_visitor.h"

namespace efferent {

/// Writes fields one after the other, little-endian:
///   length of the path, 2 bytes; path; type, 1 byte; rows and columns, 4 bytes each; elements,
///   column-major
class StateWriter final : public StateVisitor {
 public:
  /// Behind what is in `bytes`. Takes no memory as long as its capacity reaches and names of fields
  /// are short.
  explicit StateWriter(std::string* bytes) : bytes_(bytes) {}

 private:
  void OnField(std::string_view name, const Field& field) override;

  std::string* bytes_;
};

/// Adds up what a StateWriter would write.
class StateSizer final : public StateVisitor {
 public:
  std::size_t size() const { return size_; }

 private:
  void OnField(std::string_view name, const Field& field) override;

  std::size_t size_ = 0;
};

/// Reads what a StateWriter wrote, into an object that was made with the same parameters. Bytes may
/// come from anywhere: every field's path, type and shape must be what the object has.
class StateReader final : public StateVisitor {
 public:
  explicit StateReader(std::string_view bytes) : bytes_(bytes) {}
  /// @throws StateMismatch if something is left over.
  void Finish() const;
  bool loads() const override { return true; }

 private:
  void OnField(std::string_view name, const Field& field) override;
  template <class Integer>
  Integer Next(std::string_view name);
  std::string_view Take(std::size_t size, std::string_view name);

  std::string_view bytes_;
};

/// A field of a saved state, whatever it is of: lies in the state's bytes.
struct SavedField {
  std::string_view path;
  StateVisitor::Type type;
  std::size_t rows, columns;
  std::string_view values;  ///< As written, column-major.

  std::size_t size() const { return rows * columns; }
  /// Element `i`, column-major.
  double at(std::size_t i) const;
  bool operator==(const SavedField&) const = default;  ///< Bit for bit.
};

/// Cuts the first field off a state, which may come from anywhere and must not be empty.
/// @throws StateMismatch if it does not begin with a field.
SavedField CutField(std::string_view* bytes);

/// Path of the first field in which two saved states differ; nothing if they are equal.
/// @throws StateMismatch if one of them is no state.
std::optional<std::string> FirstDifference(std::string_view a, std::string_view b);

/// All that `of` remembers, in place of what is in `bytes`.
template <HasState T>
void SaveState(const T& of, std::string* bytes) {
  bytes->clear();
  StateWriter writer(bytes);
  const_cast<T&>(of).VisitState(writer);  // a writer only looks
}
template <HasState T>
std::string SaveState(const T& of) {
  std::string bytes;
  SaveState(of, &bytes);
  return bytes;
}

/// Length of what SaveState writes, as far as the number of fields stays the same.
template <HasState T>
std::size_t StateSize(const T& of) {
  StateSizer sizer;
  const_cast<T&>(of).VisitState(sizer);
  return sizer.size();
}

/// Takes over what SaveState saw. Whoever needs the old state if that fails loads into a copy.
/// @throws StateMismatch.
template <HasState T>
void LoadState(std::string_view bytes, T* into) {
  StateReader reader(bytes);
  into->VisitState(reader);
  reader.Finish();
}

}  // namespace efferent

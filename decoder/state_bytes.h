#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "decoder/state_visitor.h"

namespace efferent {

/// Writes fields one after the other, little-endian:
///   length of the path, 2 bytes; path; type, 1 byte; rows and columns, 4 bytes each; elements,
///   column-major
class StateWriter final : public StateVisitor {
 public:
  std::string Take() { return std::move(bytes_); }

 private:
  void OnField(std::string_view name, const Field& field) override;

  std::string bytes_;
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

/// All that `of` remembers.
template <HasState T>
std::string SaveState(const T& of) {
  StateWriter writer;
  const_cast<T&>(of).VisitState(writer);  // a writer only looks
  return writer.Take();
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

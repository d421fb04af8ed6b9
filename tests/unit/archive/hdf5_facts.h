#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"

namespace efferent::test {

/// What Hdf5File does not tell of a file, for tests about its form.
class Hdf5Facts {
 public:
  explicit Hdf5Facts(const std::string& path);

  /// A scalar dataset of text; nothing if there is none such.
  std::optional<std::string> Text(const std::string& dataset) const;
  /// An attribute that is a list of text.
  std::vector<std::string> TextsAttribute(const std::string& object, const std::string& name) const;
  /// Path of the object that an attribute refers to; empty if it is no reference.
  std::string ReferenceAttribute(const std::string& object, const std::string& name) const;
  /// Paths of the objects that a list of references names.
  std::vector<std::string> References(const std::string& dataset) const;
  /// Target of a soft link; empty if it is none.
  std::string SoftLink(const std::string& link) const;
  /// `text` (UTF-8, of variable length), `boolean` (FALSE and TRUE), `float64`, `float32`, `int32`,
  /// `int64`, `int8`, `uint64`, `reference`; `other`.
  std::string DatasetType(const std::string& dataset) const;
  std::string AttributeType(const std::string& object, const std::string& name) const;
  bool IsPacked(const std::string& dataset) const;
  /// Paths of all groups and datasets, each once.
  std::vector<std::string> Objects() const;

 private:
  std::string Name(const void* reference) const;

  Hdf5Handle file_;
};

}  // namespace efferent::test

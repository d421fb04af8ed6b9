#pragma once

#include <hdf5.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/session/errors.h"

namespace efferent {

/// An identifier of the HDF5 library that closes itself.
class Hdf5Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
  ~Hdf5Handle();
  Hdf5Handle(Hdf5Handle&& other) noexcept;
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept;

  hid_t get() const { return id_; }
  /// Whether the library gave an identifier at all.
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  Close close_;
};

/// What the library says went wrong last: its innermost message. Forgets it.
std::string Hdf5ErrorReason();

/// An HDF5 file opened to be read, trusting nothing in it: sizes are checked before memory is
/// taken, errors of the library become InputError with the file's name, and the library's own
/// messages stay off the terminal. Data that lie in other files (external links, external or
/// virtual storage) are not read. Packed data are unpacked by the library's own filters, LZF and the
/// plugins that are installed for the library. Not thread-safe (nor is the library).
class Hdf5File {
 public:
  /// Most elements that a dataset may have to be read whole: 2^26, a day of kinematics at 700 Hz.
  static constexpr std::uint64_t kMaxElements = std::uint64_t{1} << 26;

  /// @throws InputError: no such file, not an HDF5 file, in use by a program that writes it, or
  /// truncated or damaged.
  explicit Hdf5File(const std::string& path);

  const std::string& path() const { return path_; }

  /// Names of what is in a group, sorted; none if `group` is no group.
  std::vector<std::string> Children(const std::string& group) const;
  /// A link that leads to another file, which is never followed.
  struct ExternalLink {
    std::string path;    ///< Of the link, in this file.
    std::string file;    ///< As the link has it.
    std::string object;  ///< Path in that file.
  };
  /// Those in a group itself; none if `group` is no group.
  std::vector<ExternalLink> ExternalLinks(const std::string& group) const;
  bool IsGroup(const std::string& object) const;
  bool IsDataset(const std::string& object) const;

  /// Dimensions of a dataset; empty for a scalar.
  /// @throws InputError if there is no such dataset.
  std::vector<std::uint64_t> Shape(const std::string& dataset) const;
  /// Whether it holds numbers or booleans.
  bool IsNumeric(const std::string& dataset) const;
  /// Rows per chunk of its storage; nothing if it is stored in one piece.
  std::optional<std::uint64_t> ChunkRows(const std::string& dataset) const;

  /// All elements, row-major, as numbers (booleans as 0 and 1).
  /// @throws InputError if there is no such dataset, it is too large, holds something else, is
  /// damaged, or packed with a filter that is not installed (which is named).
  std::vector<double> ReadNumbers(const std::string& dataset) const;
  /// Rows [first, first + num_rows) of a matrix, row-major, into `out` (num_rows x columns).
  /// @throws InputError as above, or if the rows are not there.
  void ReadRows(const std::string& dataset, std::uint64_t first, std::uint64_t num_rows,
                std::vector<float>* out) const;
  /// All elements of a list of strings.
  /// @throws InputError as above.
  std::vector<std::string> ReadStrings(const std::string& dataset) const;

  /// An attribute of one string, or nothing if there is none such.
  std::optional<std::string> StringAttribute(const std::string& object,
                                             const std::string& name) const;
  /// An attribute of one number, or nothing if there is none such.
  std::optional<double> NumberAttribute(const std::string& object, const std::string& name) const;

 private:
  Hdf5Handle OpenObject(const std::string& object) const;
  Hdf5Handle OpenDataset(const std::string& dataset) const;
  Hdf5Handle OpenAttribute(const std::string& object, const std::string& name) const;
  bool HasType(const std::string& object, H5O_type_t type) const;
  InputError ReadFailure(hid_t dataset, const std::string& what, const std::string& name) const;

  std::string path_;
  Hdf5Handle file_;
  Hdf5Handle link_access_;  // Refuses links that lead to other files.
};

}  // namespace efferent

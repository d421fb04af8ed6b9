#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "clients/acquisition/hdf5_file.h"

namespace efferent::archive {

/// An HDF5 file that is being written: small datasets, attributes and links, as h5py lays them out.
/// Text is UTF-8 of variable length, a truth value an enumeration of FALSE and TRUE. Groups on the way
/// to an object are made. What grows with a recording is a GrowingDataset. All members throw
/// std::runtime_error with the file's name and the library's reason; a full disk is said to be one.
/// Not thread-safe (nor is the library).
class Hdf5Output {
 public:
  /// Makes the file, in the place of one of that name.
  /// @throws InputError if it cannot be made.
  explicit Hdf5Output(const std::string& path);

  /// Writes all that is left and closes the file. Nothing else may be called afterwards.
  void Close();

  const std::string& path() const { return path_; }
  hid_t id() const { return file_.get(); }
  /// Makes groups on the way to a new object.
  hid_t link_creation() const { return make_groups_.get(); }

  void Group(const std::string& group);
  void SoftLink(const std::string& link, const std::string& target);

  void Text(const std::string& dataset, const std::string& value);
  void Texts(const std::string& dataset, const std::vector<std::string>& values);
  void Number(const std::string& dataset, double value);
  void Numbers(const std::string& dataset, std::span<const double> values);
  void Integers(const std::string& dataset, std::span<const std::int64_t> values);
  void Unsigneds(const std::string& dataset, std::span<const std::uint64_t> values);
  void Booleans(const std::string& dataset, const std::vector<bool>& values);
  /// One reference for each of `targets`, which are paths of objects that exist.
  void References(const std::string& dataset, const std::vector<std::string>& targets);

  void TextAttribute(const std::string& object, const std::string& name, const std::string& value);
  void TextsAttribute(const std::string& object, const std::string& name,
                      const std::vector<std::string>& values);
  void NumberAttribute(const std::string& object, const std::string& name, double value);
  void IntegerAttribute(const std::string& object, const std::string& name, std::int32_t value);
  void ReferenceAttribute(const std::string& object, const std::string& name,
                          const std::string& target);

  /// Copies a group with all in it out of another HDF5 file.
  /// @throws InputError if that file cannot be read, or has no such group.
  void CopyGroup(const std::string& from_path, const std::string& group);

  /// `result` if the library succeeded. @throws std::runtime_error saying that `object` cannot be written.
  hid_t Checked(hid_t result, const std::string& object) const;

  /// The type of a truth value.
  static Hdf5Handle BooleanType();

 private:
  void Dataset(const std::string& dataset, hid_t stored_type, hid_t given_type, std::size_t count,
               const void* values);
  void Attribute(const std::string& object, const std::string& name, hid_t type,
                 const Hdf5Handle& space, const void* value);
  hobj_ref_t Reference(const std::string& target) const;

  std::string path_;
  Hdf5Handle file_;
  Hdf5Handle make_groups_;
};

}  // namespace efferent::archive

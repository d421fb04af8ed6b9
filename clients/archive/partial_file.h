#pragma once

#include <string>

namespace efferent::archive {

/// A file that is there under its name only when it is complete: until then it is written beside it
/// as `NAME.partial`, which goes away with this object if it was not completed.
class PartialFile {
 public:
  /// @throws InputError if there is a file of that name, unless it may be overwritten.
  PartialFile(std::string name, bool overwrite);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// Where to write.
  const std::string& partial_name() const { return partial_name_; }
  /// The folder that it lies in.
  std::string folder() const;

  /// Brings it to the disk and gives it its name. Its writer has closed it.
  /// @throws std::runtime_error with the system's reason; InputError as above if a file of that name
  /// has appeared.
  void Complete();

 private:
  void RefuseToOverwrite() const;

  std::string name_;
  std::string partial_name_;
  bool overwrite_;
  bool complete_ = false;
};

}  // namespace efferent::archive

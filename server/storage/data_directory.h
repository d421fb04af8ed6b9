#pragma once

#include <filesystem>

namespace efferent {

/// The folder that a server keeps its data in; one server at a time. Holds a lock that the kernel
/// drops when the process ends, however it ends.
class DataDirectory {
 public:
  /// Creates the folder if need be. @throws std::runtime_error if it cannot be written, or another
  /// server uses it.
  explicit DataDirectory(const std::filesystem::path& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace efferent

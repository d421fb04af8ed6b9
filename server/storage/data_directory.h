#pragma once

#include <filesystem>
#include <string>

namespace efferent {

/// The folder that a server keeps its data in; one server at a time. Holds a lock that the kernel
/// drops when the process ends, however it ends. The folder is for the server's user and group alone (0750),
/// and so are its files (0640), whatever the umask; what others may do is taken from folders and files that are
/// there, with a line in the log.
class DataDirectory {
 public:
  /// Creates the folder if need be. @throws std::runtime_error if it cannot be written, or another
  /// server uses it.
  explicit DataDirectory(const std::filesystem::path& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// The path of a database in it: made, empty, if need be, since SQLite would make it as the umask has it. The
  /// files that SQLite makes beside it have its mode. @throws std::runtime_error if it cannot be made.
  std::filesystem::path MakeDatabaseFile(const std::string& name) const;

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace efferent

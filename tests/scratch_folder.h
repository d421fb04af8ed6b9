#pragma once

#include <stdlib.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

namespace efferent {

/// A new folder among the temporary ones that goes, with all that is in it, with its owner.
class ScratchFolder {
 public:
  /// @throws std::system_error if it cannot be made.
  ScratchFolder() {
    std::string path = (std::filesystem::temp_directory_path() / "efferent-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make " + path);
    }
    path_ = path;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace efferent

#include "clients/archive/partial_file.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "clients/session/errors.h"

namespace efferent::archive {
namespace {

/// Returns whether all that was written to a file or a folder is on the disk; errno says why not.
bool Sync(const std::string& name) {
  const int descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  const int error = errno;
  close(descriptor);
  errno = error;
  return synced;
}

}  // namespace

PartialFile::PartialFile(std::string name, bool overwrite)
    : name_(std::move(name)), partial_name_(name_ + ".partial"), overwrite_(overwrite) {
  RefuseToOverwrite();
}

PartialFile::~PartialFile() {
  if (!complete_) unlink(partial_name_.c_str());
}

void PartialFile::RefuseToOverwrite() const {
  std::error_code ignored;
  if (std::filesystem::is_directory(name_, ignored)) throw InputError(name_ + " is a folder");
  if (!overwrite_ && std::filesystem::exists(std::filesystem::symlink_status(name_, ignored))) {
    throw InputError(name_ + " is there already; add --overwrite to replace it");
  }
}

std::string PartialFile::folder() const {
  const std::string folder = std::filesystem::path(name_).parent_path().string();
  return folder.empty() ? "." : folder;
}

void PartialFile::Complete() {
  RefuseToOverwrite();
  if (!Sync(partial_name_) || std::rename(partial_name_.c_str(), name_.c_str()) != 0) {
    throw std::runtime_error(
        fmt::format("{} cannot be completed: {}", name_, std::strerror(errno)));
  }
  complete_ = true;
  Sync(folder());  // So that the name survives a power failure; the file itself does.
}

}  // namespace efferent::archive

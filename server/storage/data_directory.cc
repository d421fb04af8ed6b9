#include "server/storage/data_directory.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace efferent {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0750, kFileMode = 0640;

std::string LastError() { return std::error_code(errno, std::generic_category()).message(); }

/// Takes from a file or folder, if there is one, what `allowed` does not allow.
void Tighten(const fs::path& path, mode_t allowed) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  const mode_t mode = status.st_mode & 07777;
  if ((mode & 0777 & ~allowed) == 0) return;
  const mode_t tightened = mode & ~(0777 & ~allowed);
  if (::chmod(path.c_str(), tightened) == 0) {
    spdlog::warn(
        "{} had mode {:04o}, and has {:04o} now: recordings are for the server's user and group",
        path.string(), mode, tightened);
  } else {
    spdlog::warn(
        "{} has mode {:04o}, which cannot be changed ({}): others may read recordings; give it "
        "{:04o}",
        path.string(), mode, LastError(), tightened);
  }
}

/// A file that is made has kFileMode; one that is there is not touched. -1: neither is possible.
int OpenOrMake(const fs::path& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode);
  if (file >= 0) {
    ::fchmod(file, kFileMode);
  } else if (errno == EEXIST) {
    file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  }
  return file;
}

}  // namespace

DataDirectory::DataDirectory(const fs::path& path) : path_(path) {
  std::error_code error;
  const bool made = fs::create_directories(path_, error);
  if (error) {
    throw std::runtime_error("data directory " + path_.string() +
                             " cannot be created: " + error.message());
  }
  if (made) ::chmod(path_.c_str(), kFolderMode);
  lock_ = OpenOrMake(path_ / "efferent.lock");
  if (lock_ < 0) {
    throw std::runtime_error("data directory " + path_.string() +
                             " cannot be written: " + LastError());
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw std::runtime_error("data directory " + path_.string() + " is in use by another server");
  }
  Tighten(path_, kFolderMode);
}

DataDirectory::~DataDirectory() { ::close(lock_); }

fs::path DataDirectory::MakeDatabaseFile(const std::string& name) const {
  const fs::path file = path_ / name;
  const int made = OpenOrMake(file);
  if (made < 0) throw std::runtime_error(file.string() + " cannot be written: " + LastError());
  ::close(made);
  for (const char* suffix : {"", "-wal", "-shm"}) Tighten(file.string() + suffix, kFileMode);
  return file;
}

}  // namespace efferent

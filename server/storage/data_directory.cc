#include "server/storage/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace efferent {

DataDirectory::DataDirectory(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  if (error) {
    throw std::runtime_error("data directory " + path_.string() +
                             " cannot be created: " + error.message());
  }
  const std::filesystem::path file = path_ / "efferent.lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (lock_ < 0) {
    throw std::runtime_error("data directory " + path_.string() + " cannot be written: " +
                             std::error_code(errno, std::generic_category()).message());
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock_);
    throw std::runtime_error("data directory " + path_.string() + " is in use by another server");
  }
}

DataDirectory::~DataDirectory() { ::close(lock_); }

}  // namespace efferent

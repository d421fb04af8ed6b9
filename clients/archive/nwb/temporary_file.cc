#include "clients/archive/nwb/temporary_file.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace efferent::archive {

std::runtime_error TemporaryFileFailure(const std::string& folder, int error) {
  const bool full = error == ENOSPC;
  return std::runtime_error(fmt::format("{}: cannot keep spikes there for a while: {}", folder,
                                        full ? "the disk is full" : std::strerror(error)));
}

TemporaryFile MakeTemporaryFile(const std::string& folder) {
  std::string name = folder + "/.efferent-spikes-XXXXXX";
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) throw TemporaryFileFailure(folder, errno);
  unlink(name.c_str());
  std::FILE* file = fdopen(descriptor, "w+b");
  if (file == nullptr) {
    close(descriptor);
    throw TemporaryFileFailure(folder, errno);
  }
  return TemporaryFile(file);
}

}  // namespace efferent::archive

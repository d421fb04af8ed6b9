#include "server/open_connections.h"

#include <sys/stat.h>

namespace efferent {
namespace {

/// 0: there is none.
ino_t InodeOf(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

void OpenConnections::Add(int descriptor) {
  const std::lock_guard lock(mutex_);
  inodes_[descriptor] = InodeOf(descriptor);
}

int OpenConnections::Count() {
  const std::lock_guard lock(mutex_);
  return CountLocked();
}

bool OpenConnections::HasRoom(int limit) {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(inodes_.size()) < limit || CountLocked() < limit;
}

int OpenConnections::CountLocked() {
  std::erase_if(inodes_, [](const auto& entry) { return InodeOf(entry.first) != entry.second; });
  return static_cast<int>(inodes_.size());
}

}  // namespace efferent

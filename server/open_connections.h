#pragma once

#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <unordered_map>

namespace efferent {

/// The sockets that have been handed to gRPC, which closes them without a word: a descriptor that is closed, or
/// stands for another file by now (its inode says so), is a connection that has gone. Thread-safe.
class OpenConnections {
 public:
  /// From a socket's acceptance on.
  void Add(int descriptor);
  /// How many are open: a system call for each that was at the last count.
  int Count();
  /// Whether fewer than `limit` are; counts only if need be.
  bool HasRoom(int limit);

 private:
  int CountLocked();

  std::mutex mutex_;
  std::unordered_map<int, ino_t> inodes_;  // by descriptor
};

}  // namespace efferent

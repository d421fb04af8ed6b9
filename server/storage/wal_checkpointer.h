#pragma once

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "server/storage/database.h"

namespace efferent {

/// Brings what stands in a database's write-ahead log into the database itself, on a thread of its own, so
/// that the writer never waits for the disk to take it (which it may for a tenth of a second and more).
/// The writer's connection must have `wal_autocheckpoint` off.
class WalCheckpointer {
 public:
  explicit WalCheckpointer(const std::filesystem::path& file);
  ~WalCheckpointer();
  WalCheckpointer(const WalCheckpointer&) = delete;
  WalCheckpointer& operator=(const WalCheckpointer&) = delete;

 private:
  void Run();

  Database database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace efferent

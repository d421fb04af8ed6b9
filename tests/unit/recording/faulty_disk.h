#pragma once

#include <sqlite3.h>

#include <atomic>

namespace efferent::test {

/// While it lives, SQLite's files go through it, and it can be told that the disk fails: writing, and
/// bringing what was written to the disk. Reading goes on. One at a time.
class FaultyDisk {
 public:
  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  /// From now on writes fail with `code`: SQLITE_FULL, SQLITE_IOERR_WRITE, ...; SQLITE_OK: no more.
  void FailWith(int code) { code_ = code; }
  int num_failures() const { return num_failures_; }

  /// What the next write does; for the files.
  int Next();

 private:
  std::atomic<int> code_ = SQLITE_OK;
  std::atomic<int> num_failures_ = 0;
};

}  // namespace efferent::test

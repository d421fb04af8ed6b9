#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "clients/demo/child_process.h"
#include "tests/scratch_folder.h"

namespace efferent::bench {

/// A server as a child process, which prints `listening on ADDRESS`. It ends with this object, and
/// with this process, however that ends.
class BenchServer {
 public:
  /// Starts it and waits until it listens. Call on the main thread.
  /// @throws std::runtime_error with the end of its log if it does not within 20 s.
  BenchServer(const std::string& name, const std::filesystem::path& program,
              const std::vector<std::string>& arguments, const ScratchFolder& folder);

  const std::string& address() const { return address_; }
  int port() const;
  int process_id() const { return child_.process_id(); }
  /// @throws std::runtime_error with the end of its log if it has ended.
  void RequireRunning();

 private:
  demo::ChildProcess child_;
  std::string address_;
};

/// This program, which has servers as hidden subcommands.
std::filesystem::path OwnProgram();

/// A Redis server on a free port of the loopback, which keeps nothing on disk.
class RedisServer {
 public:
  /// @throws std::runtime_error if it does not start.
  RedisServer(const std::filesystem::path& program, const ScratchFolder& folder);
  int port() const { return port_; }

  /// Where redis-server is installed; empty: it is not.
  static std::filesystem::path FindProgram();

 private:
  int port_;
  demo::ChildProcess child_;
};

}  // namespace efferent::bench

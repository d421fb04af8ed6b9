#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "server/loop/streams.h"

namespace efferent {

/// All streams that are open. Owns them until they are done, and ends them when the server shuts
/// down. Thread-safe.
class ActiveStreams {
 public:
  /// A stream that comes during shutdown is ended at once.
  void Add(const std::shared_ptr<ServerStream>& stream);
  void Remove(const ServerStream* stream);
  void Close();
  /// See ServerStream::CutIfStuck.
  void CutStuck(std::int64_t now_ns);

 private:
  std::vector<std::shared_ptr<ServerStream>> Copy() const;  // with mutex_

  std::mutex mutex_;
  std::unordered_map<const ServerStream*, std::shared_ptr<ServerStream>> streams_;
  bool closing_ = false;
};

}  // namespace efferent

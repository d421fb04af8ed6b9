#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

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

 private:
  std::mutex mutex_;
  std::unordered_map<const ServerStream*, std::shared_ptr<ServerStream>> streams_;
  bool closing_ = false;
};

}  // namespace efferent

#pragma once

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
  void Add(const std::shared_ptr<ServerStream>& stream) {
    bool closing = false;
    {
      const std::lock_guard lock(mutex_);
      streams_.emplace(stream.get(), stream);
      closing = closing_;
    }
    if (closing) stream->End(StreamEnd::kServerShutdown);
  }

  void Remove(const ServerStream* stream) {
    std::shared_ptr<ServerStream> removed;  // destroyed after the lock
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(stream);
    if (found == streams_.end()) return;
    removed = std::move(found->second);
    streams_.erase(found);
  }

  void Close() {
    std::vector<std::shared_ptr<ServerStream>> streams;
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
      for (const auto& [key, stream] : streams_) streams.push_back(stream);
    }
    for (const auto& stream : streams) stream->End(StreamEnd::kServerShutdown);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<const ServerStream*, std::shared_ptr<ServerStream>> streams_;
  bool closing_ = false;
};

}  // namespace efferent

#include "server/services/active_streams.h"

#include <utility>

namespace efferent {

void ActiveStreams::Add(const std::shared_ptr<ServerStream>& stream) {
  bool closing = false;
  {
    const std::lock_guard lock(mutex_);
    streams_.emplace(stream.get(), stream);
    closing = closing_;
  }
  if (closing) stream->End(StreamEnd::kServerShutdown);
}

void ActiveStreams::Remove(const ServerStream* stream) {
  std::shared_ptr<ServerStream> removed;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(stream);
  if (found == streams_.end()) return;
  removed = std::move(found->second);
  streams_.erase(found);
}

void ActiveStreams::Close() {
  std::vector<std::shared_ptr<ServerStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    streams = Copy();
  }
  for (const auto& stream : streams) stream->End(StreamEnd::kServerShutdown);
}

void ActiveStreams::CutStuck(std::int64_t now_ns) {
  std::vector<std::shared_ptr<ServerStream>> streams;
  {
    const std::lock_guard lock(mutex_);
    streams = Copy();
  }
  for (const auto& stream : streams) stream->CutIfStuck(now_ns);
}

std::vector<std::shared_ptr<ServerStream>> ActiveStreams::Copy() const {
  std::vector<std::shared_ptr<ServerStream>> streams;
  streams.reserve(streams_.size());
  for (const auto& [key, stream] : streams_) streams.push_back(stream);
  return streams;
}

}  // namespace efferent

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace efferent {

/// Why the server ends a stream.
enum class StreamEnd { kTakenOver, kSessionEnded, kServerShutdown };

/// A call that is under way, as sessions and the server see it.
class ServerStream {
 public:
  virtual ~ServerStream() = default;
  /// Ends the call; at most the first one counts. Thread-safe, does not block.
  virtual void End(StreamEnd reason) noexcept = 0;
  /// Cuts a call that has been ending for a while because its client does not read: it would hold its
  /// session for ever. Thread-safe, does not block.
  virtual void CutIfStuck(std::int64_t now_ns) noexcept = 0;
};

/// An acquisition stream, as its session sees it.
class AcquisitionHolder : public ServerStream {
 public:
  /// The stream before it has finished its last chunk: this one may go on. Called at most once.
  virtual void OnSeatReady() noexcept = 0;
  /// Which client it is of. Nothing: it makes room for anybody.
  virtual std::optional<std::string_view> client_id() const noexcept { return std::nullopt; }
};

/// A stream that follows a session.
class Watcher : public ServerStream {
 public:
  /// There is something new. Thread-safe, does not block.
  virtual void OnNews() noexcept = 0;
};

}  // namespace efferent

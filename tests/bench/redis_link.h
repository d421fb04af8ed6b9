#pragma once

#include <memory>
#include <string>

struct redisContext;
struct redisReply;

namespace efferent::bench {

/// Streams that requests and replies go through.
inline constexpr const char* kRedisRequests = "efferent-bench:requests";
inline constexpr const char* kRedisReplies = "efferent-bench:replies";

/// A connection to a Redis server that reads one stream, entry by entry from its beginning, and
/// appends to another. Streams are kept short (MAXLEN). Not thread-safe.
class RedisLink {
 public:
  /// Reads from the stream `from`. @throws std::runtime_error if nothing listens on that port.
  RedisLink(int port, std::string from);
  ~RedisLink();

  /// Waits for the next entry. @throws std::runtime_error if the server is gone.
  const std::string& Await();
  /// Appends an entry to the stream `to`, then waits for the next of `from`; both commands go out in
  /// one packet, as fast as Redis can do it. @throws as Await.
  const std::string& AppendAndAwait(const std::string& to, const std::string& payload);

 private:
  using Reply = std::unique_ptr<redisReply, void (*)(redisReply*)>;

  void SendRead();
  Reply Receive();
  const std::string& ReceiveEntry();

  std::string from_;
  std::string last_id_ = "0-0";
  std::string entry_;
  std::unique_ptr<redisContext, void (*)(redisContext*)> context_;
};

}  // namespace efferent::bench

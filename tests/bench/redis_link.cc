#include "tests/bench/redis_link.h"

#include <hiredis/hiredis.h>

#include <stdexcept>
#include <utility>

namespace efferent::bench {
namespace {

constexpr timeval kConnectTimeout{5, 0};

[[noreturn]] void Fail(const std::string& what) { throw std::runtime_error("Redis: " + what); }

}  // namespace

RedisLink::RedisLink(int port, std::string from)
    : from_(std::move(from)),
      context_(redisConnectWithTimeout("127.0.0.1", port, kConnectTimeout), redisFree) {
  if (!context_) Fail("out of memory");
  if (context_->err != 0) Fail(context_->errstr);
}

RedisLink::~RedisLink() = default;

const std::string& RedisLink::Await() {
  SendRead();
  return ReceiveEntry();
}

const std::string& RedisLink::AppendAndAwait(const std::string& to, const std::string& payload) {
  redisAppendCommand(context_.get(), "XADD %b MAXLEN ~ 100 * m %b", to.data(), to.size(),
                     payload.data(), payload.size());
  SendRead();
  Receive();
  return ReceiveEntry();
}

void RedisLink::SendRead() {
  redisAppendCommand(context_.get(), "XREAD COUNT 1 BLOCK 0 STREAMS %b %b", from_.data(),
                     from_.size(), last_id_.data(), last_id_.size());
}

RedisLink::Reply RedisLink::Receive() {
  void* received = nullptr;
  if (redisGetReply(context_.get(), &received) != REDIS_OK) Fail(context_->errstr);
  Reply reply(static_cast<redisReply*>(received), [](redisReply* r) { freeReplyObject(r); });
  if (reply->type == REDIS_REPLY_ERROR) Fail({reply->str, reply->len});
  return reply;
}

// [[stream, [[id, [field, value]]]]]
const std::string& RedisLink::ReceiveEntry() {
  const Reply reply = Receive();
  const auto child = [](const redisReply* parent, std::size_t i) {
    if (parent->type != REDIS_REPLY_ARRAY || parent->elements <= i) Fail("unexpected reply");
    return parent->element[i];
  };
  const redisReply* entry = child(child(child(reply.get(), 0), 1), 0);
  const redisReply* id = child(entry, 0);
  const redisReply* value = child(child(entry, 1), 1);
  last_id_.assign(id->str, id->len);
  entry_.assign(value->str, value->len);
  return entry_;
}

}  // namespace efferent::bench

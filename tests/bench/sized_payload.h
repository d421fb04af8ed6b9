#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace efferent::bench {

/// A payload that says how long its answer shall be, in its first four bytes.
inline constexpr std::size_t kMinPayload = sizeof(std::uint32_t);

inline void WritePayload(std::size_t bytes, std::size_t reply_bytes, std::string* payload) {
  const auto reply = static_cast<std::uint32_t>(reply_bytes);
  payload->assign(bytes < kMinPayload ? kMinPayload : bytes, 'e');
  std::memcpy(payload->data(), &reply, sizeof reply);
}

/// 0 for a payload that is too short.
inline std::size_t ReplyBytes(std::string_view payload) {
  std::uint32_t reply = 0;
  if (payload.size() >= kMinPayload) std::memcpy(&reply, payload.data(), sizeof reply);
  return reply;
}

}  // namespace efferent::bench

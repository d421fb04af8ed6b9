#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>
#include <string>

namespace efferent::bench {

/// Bytes of a frame's length, which goes ahead of its payload.
inline constexpr std::size_t kFrameHeader = sizeof(std::uint32_t);

/// Makes a frame of `payload`, whose room is used again.
inline void MakeFrame(const std::string& payload, std::string* frame) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  frame->assign(reinterpret_cast<const char*>(&size), sizeof size);
  frame->append(payload);
}

/// Reads one frame's payload. @throws boost::system::system_error when the other side is gone.
inline void ReadFrame(boost::asio::ip::tcp::socket& socket, std::string* payload) {
  std::uint32_t size = 0;
  boost::asio::read(socket, boost::asio::buffer(&size, sizeof size));
  payload->resize(size);
  boost::asio::read(socket, boost::asio::buffer(*payload));
}

}  // namespace efferent::bench

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace efferent::test {

/// A connection to HOST:PORT (a number each) or unix:PATH, on which any bytes can be sent. Never blocks for longer
/// than a fifth of a second.
class RawSocket {
 public:
  /// Whether there is a connection says is_open().
  explicit RawSocket(const std::string& address);
  ~RawSocket();
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  /// False: the other side has closed it, or takes nothing.
  bool Send(std::string_view bytes);
  /// Reads what is there, to no end. False: the other side has closed it.
  bool Discard();

 private:
  int descriptor_ = -1;
};

/// An HTTP/2 frame (RFC 9113, section 4.1) that says of itself what it likes.
std::string Http2Frame(std::uint32_t length, std::uint8_t type, std::uint8_t flags,
                       std::uint32_t stream, std::string_view payload);

/// What a client sends first: preface and empty SETTINGS.
std::string Http2Preface();

}  // namespace efferent::test

#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

namespace efferent {

/// Tells clients that connect why they cannot be served: an HTTP/2 GOAWAY with a text, which shows in
/// traces. One thread.
class ConnectionRefusals {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// Of more at once the others are closed as soon as they are told, and may not see it.
  static constexpr int kMaxAtOnce = 16;

  explicit ConnectionRefusals(std::string why);

  /// Writes, and closes when the client has, or after a second. Call it on the thread of the socket's context.
  void Refuse(Socket socket);

 private:
  class Refusal;
  const std::string frames_;
  int num_under_way_ = 0;
};

}  // namespace efferent

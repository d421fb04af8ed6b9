#include "server/connection_refusal.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string_view>
#include <utility>

namespace efferent {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::chrono::seconds kLongest{1};

/// RFC 9113, section 4.1; stream 0.
std::string Frame(char type, std::string_view payload) {
  std::string frame;
  for (const int shift : {16, 8, 0}) frame += static_cast<char>(payload.size() >> shift);
  frame += type;
  frame.append(5, '\0');  // flags, stream
  return frame.append(payload);
}

/// A GOAWAY: no stream was processed, ENHANCE_YOUR_CALM. Without the SETTINGS that should come first: after those
/// gRPC's clients would take themselves for connected, and connect anew at once, hundreds of times a second;
/// so they wait longer each time, and callers hear that they could not connect.
std::string RefusalFrames(const std::string& why) {
  constexpr char kGoAway = 7, kEnhanceYourCalm = 11;
  std::string payload(8, '\0');
  payload.back() = kEnhanceYourCalm;
  return Frame(kGoAway, payload + why);
}

}  // namespace

class ConnectionRefusals::Refusal : public std::enable_shared_from_this<Refusal> {
 public:
  Refusal(Socket socket, ConnectionRefusals* owner)
      : socket_(std::move(socket)), timer_(socket_.get_executor(), kLongest), owner_(owner) {
    ++owner_->num_under_way_;
  }
  ~Refusal() { --owner_->num_under_way_; }

  void Begin() {
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
      error_code ignored;
      if (!cancelled) self->socket_.close(ignored);
    });
    asio::async_write(socket_, asio::buffer(owner_->frames_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        error_code failed = error;
                        if (!failed) self->socket_.shutdown(Socket::shutdown_send, failed);
                        self->ReadToTheEnd(failed);
                      });
  }

 private:
  /// What is closed unread is reset, and the client might not see what was written.
  void ReadToTheEnd(const error_code& error) {
    if (error) {
      timer_.cancel();
      return;
    }
    socket_.async_read_some(asio::buffer(ignored_),
                            [self = shared_from_this()](const error_code& end, std::size_t) {
                              self->ReadToTheEnd(end);
                            });
  }

  Socket socket_;
  asio::steady_timer timer_;
  std::array<char, 1'024> ignored_;
  ConnectionRefusals* owner_;
};

ConnectionRefusals::ConnectionRefusals(std::string why) : frames_(RefusalFrames(why)) {}

void ConnectionRefusals::Refuse(Socket socket) {
  if (num_under_way_ < kMaxAtOnce) {
    return std::make_shared<Refusal>(std::move(socket), this)->Begin();
  }
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(frames_), ignored);
}

}  // namespace efferent

#include "server/connection_acceptor.h"

#include <spdlog/spdlog.h>

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "server/config/listen_address.h"

namespace efferent {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kTryAgainAfter{100};
// While it is full, connections are counted at most this often.
constexpr std::chrono::milliseconds kCountAgainAfter{20};

}  // namespace

ConnectionAcceptor::ConnectionAcceptor(const std::vector<std::string>& addresses,
                                       int max_connections,
                                       std::chrono::milliseconds unacknowledged)
    : max_connections_(max_connections),
      refusals_(
          "the server holds " + std::to_string(max_connections) +
          " connections, as many as it may (server.max_connections, and its limit of open files)") {
  for (const std::string& address : addresses) {
    try {
      Listeners listeners = ListenOn(&io_, address, "--listen", unacknowledged);
      addresses_.push_back(std::move(listeners.address));
      if (const auto path = UnixSocketPath(address)) unix_sockets_.push_back(*path);
      for (Listener& socket : listeners.sockets) listeners_.push_back(std::move(socket));
    } catch (const std::exception& error) {
      Stop();
      throw std::runtime_error("cannot listen on " + address + ": " + error.what());
    }
  }
}

void ConnectionAcceptor::Start(TakeOver take_over) {
  take_over_ = std::move(take_over);
  for (Listener& listener : listeners_) Accept(&listener);
  thread_ = std::thread([this] { io_.run(); });
}

void ConnectionAcceptor::Stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
  listeners_.clear();
  for (const std::string& path : std::exchange(unix_sockets_, {})) {
    std::error_code gone_already;
    std::filesystem::remove(path, gone_already);
  }
}

void ConnectionAcceptor::Accept(Listener* listener) {
  listener->async_accept([this, listener](const error_code& error, Socket socket) {
    if (error) return TryAgain(listener, error.message());
    if (std::exchange(lacks_descriptors_, false)) spdlog::warn("connections are accepted again");
    Take(listener, std::move(socket));
    Accept(listener);
  });
}

void ConnectionAcceptor::Take(Listener* listener, Socket socket) {
  if (!HasRoom()) {
    ++num_refused_;
    return refusals_.Refuse(std::move(socket));
  }
  error_code error;
  socket.native_non_blocking(true, error);
  const int descriptor = socket.release(error);
  if (error) return;  // it has gone again
  connections_.Add(descriptor);
  take_over_(listener->native_handle(), descriptor);
}

bool ConnectionAcceptor::HasRoom() {
  const Clock::time_point now = Clock::now();
  if (now < full_until_) return false;
  if (connections_.HasRoom(max_connections_)) {
    if (std::exchange(is_refusing_, false)) {
      spdlog::warn("connections are accepted again; {} were refused",
                   num_refused_ - refused_before_spell_);
    }
    return true;
  }
  full_until_ = now + kCountAgainAfter;
  if (!std::exchange(is_refusing_, true)) {
    refused_before_spell_ = num_refused_;
    spdlog::warn(
        "connections are refused: the server holds {}, as many as it may (server.max_connections, "
        "and "
        "the limit of open files)",
        max_connections_);
  }
  return false;
}

void ConnectionAcceptor::TryAgain(Listener* listener, const std::string& why) {
  if (!std::exchange(lacks_descriptors_, true)) {
    spdlog::error("no connection can be accepted: {}; running sessions go on, it is tried again",
                  why);
  }
  auto timer = std::make_shared<asio::steady_timer>(io_, kTryAgainAfter);
  timer->async_wait([this, listener, timer](const error_code&) { Accept(listener); });
}

}  // namespace efferent

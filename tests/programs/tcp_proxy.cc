#include "tests/programs/tcp_proxy.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace efferent::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// Whether bytes go one way; of all connections.
struct Valve {
  bool open = true;
  std::vector<std::function<void()>> waiting;

  template <class Next>
  void Pass(Next&& next) {
    if (open) return next();
    waiting.push_back(std::forward<Next>(next));
  }
  void Open() {
    open = true;
    for (const auto& next : std::exchange(waiting, {})) next();
  }
};

struct Connection : std::enable_shared_from_this<Connection> {
  Connection(tcp::socket from_client, asio::io_context& io)
      : client(std::move(from_client)), server(io) {}

  /// Reads, waits until the valve is open, writes, and so on. An end goes the same way.
  void Pump(tcp::socket& from, tcp::socket& to, std::array<char, 65'536>& buffer, Valve& valve) {
    from.async_read_some(
        asio::buffer(buffer), [&, self = shared_from_this()](error_code error, std::size_t size) {
          valve.Pass([&, self, error, size] {
            if (error) {
              error_code ignored;
              to.close(ignored);
              return;
            }
            asio::async_write(to, asio::buffer(buffer, size), [&, self](error_code failed, auto) {
              if (!failed) return Pump(from, to, buffer, valve);
              error_code ignored;
              from.close(ignored);
            });
          });
        });
  }

  tcp::socket client, server;
  std::array<char, 65'536> to_server, to_client;
};

}  // namespace

struct TcpProxy::Impl {
  explicit Impl(const std::string& server)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    const std::size_t colon = server.rfind(':');
    target = *tcp::resolver(io).resolve(server.substr(0, colon), server.substr(colon + 1)).begin();
    Accept();
    thread = std::thread([this] { io.run(); });
  }
  ~Impl() {
    io.stop();
    thread.join();
  }

  void Accept() {
    acceptor.async_accept([this](error_code error, tcp::socket client) {
      if (error) return;
      auto connection = std::make_shared<Connection>(std::move(client), io);
      connection->client.set_option(tcp::no_delay(true));
      connection->server.async_connect(target, [this, connection](error_code refused) {
        if (refused) return;  // and so is the client's connection closed
        connection->server.set_option(tcp::no_delay(true));
        connection->Pump(connection->client, connection->server, connection->to_server, to_server);
        connection->Pump(connection->server, connection->client, connection->to_client, to_client);
      });
      Accept();
    });
  }
  template <class Work>
  void Do(Work work) {
    asio::post(io, asio::use_future(std::move(work))).get();
  }

  asio::io_context io{1};
  Valve to_server, to_client;
  tcp::acceptor acceptor;
  tcp::endpoint target;
  std::thread thread;
};

TcpProxy::TcpProxy(const std::string& server) : impl_(std::make_unique<Impl>(server)) {
  address_ = "127.0.0.1:" + std::to_string(impl_->acceptor.local_endpoint().port());
}

TcpProxy::~TcpProxy() = default;

void TcpProxy::Cut(Direction direction) {
  impl_->Do([this, direction] {
    if (direction != Direction::kToClient) impl_->to_server.open = false;
    if (direction != Direction::kToServer) impl_->to_client.open = false;
  });
}

void TcpProxy::Mend() {
  impl_->Do([this] {
    impl_->to_server.Open();
    impl_->to_client.Open();
  });
}

}  // namespace efferent::test

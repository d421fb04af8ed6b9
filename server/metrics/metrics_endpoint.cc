#include "server/metrics/metrics_endpoint.h"

#include <prometheus/text_serializer.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace efferent {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kLongest{5};
constexpr std::chrono::milliseconds kAcceptAgainAfter{100};
constexpr std::size_t kMaxRequestBytes = 16 << 10;

}  // namespace

/// One request and its answer.
class MetricsEndpoint::Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Stream = boost::beast::basic_stream<asio::generic::stream_protocol>;

  Connection(Stream::socket_type socket, const MetricsEndpoint* endpoint)
      : stream_(std::move(socket)), endpoint_(endpoint) {
    stream_.expires_after(kLongest);
    request_.header_limit(kMaxRequestBytes);
    request_.body_limit(kMaxRequestBytes);
  }

  void Begin() {
    http::async_read(stream_, buffer_, request_,
                     [self = shared_from_this()](const error_code& error, std::size_t) {
                       if (!error) self->Answer();
                     });
  }
  void Close() { stream_.close(); }

 private:
  void Answer() {
    const auto& request = request_.get();
    const auto path = request.target().substr(0, request.target().find('?'));
    if (path != "/metrics") {
      Respond(http::status::not_found, "there is only /metrics\n");
    } else if (request.method() != http::verb::get && request.method() != http::verb::head) {
      Respond(http::status::method_not_allowed, "there is only GET\n");
    } else {
      Respond(http::status::ok, endpoint_->Page());
    }
  }

  void Respond(http::status status, std::string text) {
    response_.result(status);
    response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
    response_.keep_alive(false);
    response_.body() = std::move(text);
    response_.prepare_payload();
    if (request_.get().method() == http::verb::head) response_.body().clear();
    http::async_write(stream_, response_,
                      [self = shared_from_this()](error_code error, std::size_t) {
                        self->stream_.socket().shutdown(asio::socket_base::shutdown_send, error);
                      });
  }

  Stream stream_;
  const MetricsEndpoint* endpoint_;
  boost::beast::flat_buffer buffer_;
  http::request_parser<http::string_body> request_;
  http::response<http::string_body> response_;
};

MetricsEndpoint::MetricsEndpoint(const std::string& address, Collectables collectables)
    : collectables_(std::move(collectables)) {
  try {
    Listeners listeners = ListenOn(&io_, address, "--metrics-listen", kLongest);
    url_ = "http://" + listeners.address + "/metrics";
    for (Listener& socket : listeners.sockets) listeners_.push_back(std::move(socket));
  } catch (const std::exception& error) {
    throw std::runtime_error("cannot serve metrics on " + address + ": " + error.what());
  }
  for (Listener& listener : listeners_) Accept(&listener);
  thread_ = std::thread([this] { io_.run(); });
}

MetricsEndpoint::~MetricsEndpoint() {
  io_.stop();
  thread_.join();
}

void MetricsEndpoint::Accept(Listener* listener) {
  listener->async_accept([this, listener](const error_code& error, auto socket) {
    if (error) {  // no descriptor is left, for example
      auto timer = std::make_shared<asio::steady_timer>(io_, kAcceptAgainAfter);
      timer->async_wait([this, listener, timer](const error_code&) { Accept(listener); });
      return;
    }
    std::erase_if(connections_, [](const auto& connection) { return connection.expired(); });
    if (connections_.size() >= kMaxConnections) {
      if (const auto oldest = connections_.front().lock()) oldest->Close();
      connections_.pop_front();
    }
    auto connection = std::make_shared<Connection>(std::move(socket), this);
    connections_.push_back(connection);
    connection->Begin();
    Accept(listener);
  });
}

std::string MetricsEndpoint::Page() const {
  std::vector<prometheus::MetricFamily> families;
  for (const auto& collectable : collectables_) {
    for (auto& family : collectable->Collect()) families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace efferent

#include "server/listeners.h"

#include <netinet/tcp.h>
#include <sys/un.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>
#include <set>
#include <stdexcept>
#include <utility>

#include "server/config/listen_address.h"
#include "server/unix_socket.h"

namespace efferent {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
constexpr int kBacklog = asio::socket_base::max_listen_connections;

[[noreturn]] void Refuse(const error_code& error, const std::string& option) {
  if (error == asio::error::address_in_use) {
    throw std::runtime_error("the address is in use; stop what uses it, or choose another with " +
                             option);
  }
  throw std::runtime_error(error.message());
}

error_code Open(const tcp::endpoint& endpoint, std::chrono::milliseconds unacknowledged,
                Listener* listener) {
  error_code error;
  listener->open(endpoint.protocol(), error);
  if (!error) listener->set_option(asio::socket_base::reuse_address(true), error);
  // `[::]` is for IPv4 too.
  if (!error && endpoint.address().is_v6()) listener->set_option(asio::ip::v6_only(false), error);
  // Connections inherit these.
  if (!error) listener->set_option(tcp::no_delay(true), error);
  if (!error) listener->set_option(UserTimeout(static_cast<int>(unacknowledged.count())), error);
  if (!error) listener->bind(endpoint, error);
  if (!error) listener->listen(kBacklog, error);
  return error;
}

Listeners ListenOnTcp(asio::io_context* io, const std::string& address, const std::string& option,
                      std::chrono::milliseconds unacknowledged) {
  const HostAndPort parts = SplitAddress(address).value();
  error_code error;
  const auto found =
      tcp::resolver(*io).resolve(parts.host, parts.port, tcp::resolver::passive, error);
  if (error) throw std::runtime_error("the host is not known (" + error.message() + ")");
  Listeners listeners;
  std::set<asio::ip::address> addresses;
  unsigned short port = found.begin()->endpoint().port();
  for (const auto& entry : found) {
    tcp::endpoint endpoint(entry.endpoint().address(), port);
    if (!addresses.insert(endpoint.address()).second) continue;  // the resolver may say one twice
    Listener listener(*io);
    if (const error_code failed = Open(endpoint, unacknowledged, &listener)) {
      // Clients of that name would reach whoever listens there.
      if (failed == asio::error::address_in_use) Refuse(failed, option);
      error = failed;
      continue;
    }
    const auto bound = listener.local_endpoint();
    std::memcpy(endpoint.data(), bound.data(), bound.size());
    port = endpoint.port();  // the same one for all
    listeners.sockets.push_back(std::move(listener));
  }
  // One of a name's addresses is enough: not every machine has IPv6.
  if (listeners.sockets.empty()) Refuse(error, option);
  listeners.address = WithPort(address, port);
  return listeners;
}

Listeners ListenOnUnixSocket(asio::io_context* io, const std::string& address,
                             const std::string& path, const std::string& option) {
  using Local = asio::local::stream_protocol;
  if (path.size() >= sizeof(sockaddr_un::sun_path)) {
    throw std::runtime_error("the path is longer than 107 bytes");
  }
  if (const auto why = MakeRoomForSocket(path)) throw std::runtime_error(*why);
  Listeners listeners{address, {}};
  Listener& listener = listeners.sockets.emplace_back(*io);
  error_code error;
  listener.open(Local(), error);
  if (!error) listener.bind(Local::endpoint(path), error);
  if (error) Refuse(error, option);
  LetOwnerAndGroupConnect(path);  // before anybody can
  listener.listen(kBacklog, error);
  if (error) Refuse(error, option);
  return listeners;
}

}  // namespace

Listeners ListenOn(asio::io_context* io, const std::string& address, const std::string& option,
                   std::chrono::milliseconds unacknowledged) {
  if (const auto path = UnixSocketPath(address)) {
    return ListenOnUnixSocket(io, address, *path, option);
  }
  return ListenOnTcp(io, address, option, unacknowledged);
}

}  // namespace efferent

#include "server/config/listen_address.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <cstdio>
#include <string_view>

namespace efferent {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kUnix = "unix:";
constexpr const char* kWanted = "must be HOST:PORT (port 0: any free one) or unix:PATH";

struct HostAndPort {
  std::string host;
  std::string port;
};

std::optional<HostAndPort> Split(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  HostAndPort parts{address.substr(0, colon), address.substr(colon + 1)};
  if (parts.host.front() == '[' && parts.host.back() == ']') {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string::npos) {
    return std::nullopt;  // an IPv6 address without brackets
  }
  if (parts.host.empty()) return std::nullopt;
  return parts;
}

template <class Protocol>
boost::system::error_code Bind(const typename Protocol::endpoint& endpoint) {
  asio::io_context io;
  boost::system::error_code error;
  typename Protocol::acceptor acceptor(io);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(1, error);
  return error;
}

}  // namespace

std::optional<std::string> MalformedListenAddress(const std::string& address) {
  if (const auto path = UnixSocketPath(address); path && !path->empty()) return {};
  const std::string is = "is `" + address + "`, ";
  const std::optional<HostAndPort> parts = Split(address);
  if (!parts) return is + kWanted;
  unsigned port = 0;
  const char* end = parts->port.data() + parts->port.size();
  const auto [parsed, error] = std::from_chars(parts->port.data(), end, port);
  if (parts->port.empty() || error != std::errc() || parsed != end) return is + kWanted;
  if (port > 65'535) return is + "port must be in [0, 65535]";
  return {};
}

std::optional<std::string> UnusableListenAddresses(const std::vector<std::string>& addresses) {
  if (addresses.empty()) return "is an empty list, must have at least one address";
  for (auto address = addresses.begin(); address != addresses.end(); ++address) {
    if (const auto wrong = MalformedListenAddress(*address)) return wrong;
    if (std::find(addresses.begin(), address, *address) != address) {
      return "has `" + *address + "` twice";
    }
  }
  return {};
}

std::optional<std::string> UnixSocketPath(const std::string& address) {
  if (!address.starts_with(kUnix)) return {};
  return address.substr(kUnix.size());
}

std::string WhyNotListening(const std::string& address) {
  boost::system::error_code error;
  if (const auto path = UnixSocketPath(address)) {
    if (path->size() > 107) return "the path is longer than 107 bytes";
    error = Bind<asio::local::stream_protocol>(asio::local::stream_protocol::endpoint(*path));
    if (!error) std::remove(path->c_str());
  } else {
    const HostAndPort parts = Split(address).value_or(HostAndPort{});
    asio::io_context io;
    const auto found =
        tcp::resolver(io).resolve(parts.host, parts.port, tcp::resolver::passive, error);
    if (error) return "the host is not known (" + error.message() + ")";
    error = Bind<tcp>(found.begin()->endpoint());
  }
  if (error == asio::error::address_in_use) {
    return "the address is in use; stop what uses it, or choose another with --listen";
  }
  return error ? error.message() : "gRPC gave no reason";
}

}  // namespace efferent

#include "server/config/listen_address.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <string_view>

namespace efferent {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr const char* kHostAndPort = "must be HOST:PORT (port 0: any free one)";

std::optional<std::string> MalformedHostAndPort(const std::string& address,
                                                const std::string& wanted) {
  const std::string is = "is `" + address + "`, ";
  const std::optional<HostAndPort> parts = SplitAddress(address);
  if (!parts) return is + wanted;
  unsigned port = 0;
  const char* end = parts->port.data() + parts->port.size();
  const auto [parsed, error] = std::from_chars(parts->port.data(), end, port);
  if (parts->port.empty() || error != std::errc() || parsed != end) return is + wanted;
  if (port > 65'535) return is + "port must be in [0, 65535]";
  return {};
}

}  // namespace

std::optional<HostAndPort> SplitAddress(const std::string& address) {
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

std::optional<std::string> MalformedListenAddress(const std::string& address) {
  if (const auto path = UnixSocketPath(address); path && !path->empty()) return {};
  return MalformedHostAndPort(address, std::string(kHostAndPort) + " or unix:PATH");
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

std::optional<std::string> UnusableMetricsAddress(const std::string& address) {
  if (address.empty()) return {};
  if (UnixSocketPath(address)) return "is `" + address + "`, " + kHostAndPort;
  return MalformedHostAndPort(address, kHostAndPort);
}

std::string WithPort(const std::string& address, int port) {
  if (UnixSocketPath(address)) return address;
  return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

std::optional<std::string> UnixSocketPath(const std::string& address) {
  if (!address.starts_with(kUnix)) return {};
  return address.substr(kUnix.size());
}

bool IsOpenToTheNetwork(const std::string& address) {
  if (UnixSocketPath(address)) return false;
  const std::optional<HostAndPort> parts = SplitAddress(address);
  if (!parts || parts->host == "localhost") return false;
  boost::system::error_code is_name;
  return !boost::asio::ip::make_address(parts->host, is_name).is_loopback() || is_name;
}

}  // namespace efferent

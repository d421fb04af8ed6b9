#pragma once

#include <optional>
#include <string>
#include <vector>

namespace efferent {

/// What is wrong with an address to listen on; nothing: it is `HOST:PORT` (an IPv6 host in
/// brackets, port 0: any free one) or `unix:PATH`. gRPC itself takes port 99999 for another one.
std::optional<std::string> MalformedListenAddress(const std::string& address);
/// What is wrong with a list of them: none at all, one that is malformed, or one that comes twice.
std::optional<std::string> UnusableListenAddresses(const std::vector<std::string>& addresses);

/// What is wrong with an address for metrics; nothing: it is `HOST:PORT`, or empty for none.
std::optional<std::string> UnusableMetricsAddress(const std::string& address);

/// The address, with the port that was chosen for it.
std::string WithPort(const std::string& address, int port);
/// The path of `unix:PATH`; nothing for any other address.
std::optional<std::string> UnixSocketPath(const std::string& address);

/// The parts of a well-formed `HOST:PORT`, an IPv6 host without its brackets; nothing for any other address.
struct HostAndPort {
  std::string host;
  std::string port;
};
std::optional<HostAndPort> SplitAddress(const std::string& address);

/// Whether other machines might reach a well-formed address: all but Unix sockets, loopback addresses and
/// `localhost`.
bool IsOpenToTheNetwork(const std::string& address);

}  // namespace efferent

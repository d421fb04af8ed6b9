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

/// The path of `unix:PATH`; nothing for any other address.
std::optional<std::string> UnixSocketPath(const std::string& address);

/// Why nothing can listen on a well-formed address at present, in the system's own words; gRPC
/// keeps them to itself.
std::string WhyNotListening(const std::string& address);

}  // namespace efferent

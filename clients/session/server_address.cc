#include "clients/session/server_address.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string_view>

#include "clients/report/input_error.h"
#include "clients/session/server_connection.h"

namespace efferent {
namespace {

constexpr std::string_view kUnix = "unix:";
constexpr std::string_view kDefaultPort = "50051";

// A port that something can listen on; nothing for any other text.
std::optional<unsigned> ParsePort(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port < 1 || port > 65'535) {
    return std::nullopt;
  }
  return port;
}

bool IsIpv6(std::string_view host) {
  return std::count(host.begin(), host.end(), ':') >= 2 &&
         host.find_first_not_of("0123456789abcdefABCDEF:.%") == std::string_view::npos;
}

std::string WithoutBlanks(std::string text) {
  const auto is_blank = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  text.erase(std::remove_if(text.begin(), text.end(), is_blank), text.end());
  return text;
}

// Without what addresses of browsers and of gRPC have and this does not: scheme, path.
std::string WithoutUrlParts(std::string address) {
  if (const std::size_t scheme = address.find("://"); scheme != std::string::npos) {
    address.erase(0, scheme + 3);
  }
  for (const std::string_view scheme : {"ipv4:", "ipv6:", "dns:"}) {
    if (address.starts_with(scheme)) address.erase(0, scheme.size());
  }
  address.erase(0, address.find_first_not_of('/'));
  return address.substr(0, address.find('/'));
}

bool IsHostAndPort(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view host = address.substr(0, colon);
  const bool has_brackets = host.front() == '[' && host.back() == ']' && host.size() > 2;
  return ParsePort(address.substr(colon + 1)) && host.find('/') == std::string_view::npos &&
         (has_brackets || host.find_first_of(":[] \t\n") == std::string_view::npos);
}

// The address that was probably meant by what has no blanks.
std::string Suggestion(const std::string& address) {
  if (address.starts_with('/')) return std::string(kUnix) + address;
  if (address == kUnix) return std::string(kUnix) + "/run/efferent/socket";
  const std::string bare = WithoutUrlParts(address);
  if (IsHostAndPort(bare)) return bare;
  // A port alone means this machine.
  const std::string_view port = std::string_view(bare).substr(bare.starts_with(':') ? 1 : 0);
  if (ParsePort(port)) return fmt::format("127.0.0.1:{}", port);
  if (IsIpv6(bare)) return fmt::format("[{}]:{}", bare, kDefaultPort);
  const std::string host =
      bare.starts_with('[') ? bare.substr(0, bare.find(']') + 1) : bare.substr(0, bare.find(':'));
  const std::string suggestion = fmt::format("{}:{}", host, kDefaultPort);
  return IsHostAndPort(suggestion) ? suggestion : kDefaultServerAddress;
}

}  // namespace

bool IsLoopback(const std::string& address) {
  for (const char* prefix : {"127.", "localhost:", "[::1]:", "unix:"}) {
    if (address.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

std::string CheckedServerAddress(const std::string& address) {
  const bool is_socket = address.starts_with(kUnix) && address.size() > kUnix.size();
  if (is_socket || IsHostAndPort(address)) return address;
  const std::string meant = WithoutBlanks(address);
  if (meant.empty()) {
    throw InputError(
        fmt::format("the server's address is empty: type --server HOST:PORT, for "
                    "example --server {}",
                    kDefaultServerAddress));
  }
  throw InputError(fmt::format(
      "`{}` is no address of a server: it must be HOST:PORT (or unix:PATH). Type --server {}",
      address, Suggestion(meant)));
}

std::string AdviceWithoutServer(const std::string& address) {
  if (IsLoopback(address)) {
    return fmt::format(
        "Start one with `efferentd --listen {}`, or name another with --server HOST:PORT", address);
  }
  return "See whether efferentd runs and listens there, or name another with --server HOST:PORT";
}

}  // namespace efferent

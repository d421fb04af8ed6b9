#pragma once

#include <string>

namespace efferent {

/// The address as it was given, if gRPC can connect to it: `HOST:PORT` (an IPv6 host in brackets) or
/// `unix:PATH`.
/// @throws InputError saying what is wrong and what to type instead.
std::string CheckedServerAddress(const std::string& address);

/// What to do when no server answers at a checked address: how to start one there, if that is this
/// machine, and how to name another.
std::string AdviceWithoutServer(const std::string& address);

/// Whether an address is one of this machine's own.
bool IsLoopback(const std::string& address);

}  // namespace efferent

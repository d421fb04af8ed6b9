#pragma once

#include <string>

namespace efferent {

/// Descriptors that the server keeps for itself: the database, listening sockets, the metrics page, gRPC's own.
inline constexpr int kReservedFiles = 64;
/// With fewer connections than these a server is of no use.
inline constexpr int kLeastConnections = 16;

/// Raises this process's limit of open files as far as the system lets it. Returns what it did, for the
/// log; empty: nothing, the limit was as high as it can be.
std::string RaiseOpenFileLimit();

/// How many connections clients may have: `wanted`, or fewer if the limit of open files, less
/// kReservedFiles, is lower.
/// @throws std::runtime_error with the figures if that leaves fewer than kLeastConnections.
int ConnectionsThatFit(int wanted);

}  // namespace efferent

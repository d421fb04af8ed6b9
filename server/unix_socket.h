#pragma once

#include <optional>
#include <string>

namespace efferent {

/// Makes sure that a server may put its socket at `path`: removes one that nobody listens on any
/// more (a killed server leaves it behind). Returns why it may not: somebody listens there, or it is
/// no socket, or it cannot be looked at; then nothing is removed.
std::optional<std::string> MakeRoomForSocket(const std::string& path);

/// Whoever may write to the socket may connect: its owner and group (mode 0660), whatever the umask.
/// @throws std::system_error naming the path.
void LetOwnerAndGroupConnect(const std::string& path);

}  // namespace efferent

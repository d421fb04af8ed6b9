#include "server/unix_socket.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <filesystem>

namespace efferent {

namespace asio = boost::asio;
namespace fs = std::filesystem;

std::optional<std::string> MakeRoomForSocket(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return {};
  if (error) return error.message();
  if (status.type() != fs::file_type::socket) {
    return "there is a file that is no socket; remove it, or choose another with --listen";
  }
  asio::io_context io;
  asio::local::stream_protocol::socket probe(io);
  boost::system::error_code refused;
  probe.open({}, refused);
  // A living server whose queue of connections is full must not keep this one waiting.
  if (!refused) probe.non_blocking(true, refused);
  if (!refused) probe.connect(asio::local::stream_protocol::endpoint(path), refused);
  if (!refused || refused == asio::error::would_block) {
    return "the socket is in use by a server that runs; stop it, or choose another with --listen";
  }
  if (refused != asio::error::connection_refused) return refused.message();
  fs::remove(path, error);
  if (error) return "the socket of a dead server cannot be removed: " + error.message();
  return {};
}

void LetOwnerAndGroupConnect(const std::string& path) {
  using fs::perms;
  fs::permissions(path,
                  perms::owner_read | perms::owner_write | perms::group_read | perms::group_write);
}

}  // namespace efferent

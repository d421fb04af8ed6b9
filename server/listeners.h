#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <vector>

namespace efferent {

/// A socket that listens, for TCP or a Unix socket.
using Listener = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

/// The sockets that listen on one address: one for each address that a host name stands for.
struct Listeners {
  std::string address;  ///< With the port that was chosen.
  std::vector<Listener> sockets;
};

/// Listens on a well-formed `address`. TCP connections send small messages at once (TCP_NODELAY), and break
/// when what was sent is not acknowledged within `unacknowledged`. A second server cannot share the port.
///
/// A Unix socket belongs to the server's user and group, who may connect (mode 0660). One that a
/// dead server left behind is replaced.
///
/// @throws std::runtime_error: why nothing can listen there. `option` is where another address is given.
Listeners ListenOn(boost::asio::io_context* io, const std::string& address,
                   const std::string& option, std::chrono::milliseconds unacknowledged);

}  // namespace efferent

#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "server/connection_refusal.h"
#include "server/listeners.h"
#include "server/open_connections.h"

namespace efferent {

/// Accepts clients' connections in place of gRPC, which never accepts again once a descriptor was missing.
/// There are never more than `max_connections`: the next one is answered with an HTTP/2 GOAWAY that says why,
/// and closed. Where the system gives no descriptor all the same, it is asked again after a tenth of a
/// second. Both are logged, once for each spell. A thread of its own.
class ConnectionAcceptor {
 public:
  /// What becomes of a connection: a socket that does not block, and where it came from.
  using TakeOver = std::function<void(int listening_descriptor, int descriptor)>;

  /// Listens; see ListenOn. Nobody is accepted yet.
  /// @throws std::runtime_error naming the address, and why nothing can listen there.
  ConnectionAcceptor(const std::vector<std::string>& addresses, int max_connections,
                     std::chrono::milliseconds unacknowledged);
  ~ConnectionAcceptor() { Stop(); }

  void Start(TakeOver take_over);
  /// Listens no more; Unix sockets are removed. What has been accepted stays. A second call does nothing.
  void Stop();

  /// Where it listens, in the order of the constructor's, with the ports that were chosen.
  const std::vector<std::string>& addresses() const { return addresses_; }

  int max_connections() const { return max_connections_; }
  /// Open ones. A system call for each.
  int num_connections() { return connections_.Count(); }
  std::uint64_t num_refused() const { return num_refused_; }

 private:
  using Socket = boost::asio::generic::stream_protocol::socket;

  void Accept(Listener* listener);
  void Take(Listener* listener, Socket socket);
  bool HasRoom();
  void TryAgain(Listener* listener, const std::string& why);

  const int max_connections_;
  ConnectionRefusals refusals_;
  boost::asio::io_context io_{1};
  std::vector<std::string> addresses_;
  std::vector<std::string> unix_sockets_;  // their paths
  std::list<Listener> listeners_;
  OpenConnections connections_;
  TakeOver take_over_;
  std::thread thread_;
  std::atomic<std::uint64_t> num_refused_ = 0;

  // The thread's own.
  std::chrono::steady_clock::time_point full_until_{};  // nothing is counted before
  std::uint64_t refused_before_spell_ = 0;
  bool is_refusing_ = false;
  bool lacks_descriptors_ = false;
};

}  // namespace efferent

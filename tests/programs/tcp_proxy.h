#pragma once

#include <memory>
#include <string>

namespace efferent::test {

/// A cable between clients and a server that can be cut: bytes stop, nobody is told, no connection is
/// closed. On the loopback, with threads of its own. Thread-safe.
class TcpProxy {
 public:
  enum class Direction { kToServer, kToClient, kBoth };

  /// `server`: HOST:PORT. @throws boost::system::system_error if it cannot listen.
  explicit TcpProxy(const std::string& server);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  /// Where clients connect to.
  const std::string& address() const { return address_; }

  /// From when it returns on not a byte more goes this way. Connections can still be made, and stay silent.
  void Cut(Direction direction);
  /// What was held back is sent, and all flows again.
  void Mend();

 private:
  struct Impl;  // Boost.Asio is slow to compile.
  std::unique_ptr<Impl> impl_;
  std::string address_;
};

}  // namespace efferent::test

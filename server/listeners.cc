#include "server/listeners.h"

#include <stdexcept>

#include "server/config/listen_address.h"
#include "server/unix_socket.h"

namespace efferent {
namespace {

std::string WithPort(const std::string& address, int port) {
  if (UnixSocketPath(address)) return address;
  return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

[[noreturn]] void Refuse(const std::string& address, const std::string& why) {
  throw std::runtime_error("cannot listen on " + address + ": " + why);
}

}  // namespace

std::unique_ptr<grpc::Server> StartListening(grpc::ServerBuilder* builder,
                                             const std::vector<std::string>& addresses,
                                             std::vector<std::string>* bound) {
  std::vector<int> ports(addresses.size(), 0);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    // gRPC would put its socket in the place of one that is in use.
    if (const auto path = UnixSocketPath(addresses[i])) {
      if (const auto why = MakeRoomForSocket(*path)) Refuse(addresses[i], *why);
    }
    builder->AddListeningPort(addresses[i], grpc::InsecureServerCredentials(), &ports[i]);
  }
  std::unique_ptr<grpc::Server> server = builder->BuildAndStart();
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (!server && ports[i] != 0) continue;  // it is a later one that cannot be listened on
    if (ports[i] == 0) Refuse(addresses[i], WhyNotListening(addresses[i]));
    if (const auto path = UnixSocketPath(addresses[i])) LetOwnerAndGroupConnect(*path);
    bound->push_back(WithPort(addresses[i], ports[i]));
  }
  if (!server) throw std::runtime_error("gRPC does not start, and gives no reason");
  return server;
}

}  // namespace efferent

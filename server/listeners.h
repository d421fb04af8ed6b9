#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <vector>

namespace efferent {

/// Starts the server that `builder` describes on every address, and puts into `bound` where it
/// listens: the addresses with the ports that were chosen.
///
/// A Unix socket belongs to the server's user and group, who may connect (mode 0660). One that a
/// dead server left behind is replaced; gRPC removes it when the server shuts down.
///
/// @throws std::runtime_error naming the address, and why nothing can listen there.
std::unique_ptr<grpc::Server> StartListening(grpc::ServerBuilder* builder,
                                             const std::vector<std::string>& addresses,
                                             std::vector<std::string>* bound);

}  // namespace efferent

#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

namespace efferent::load {

/// A channel with a TCP connection of its own, where gRPC would share one between all channels of a
/// process to the same server: as many clients on as many machines have.
std::shared_ptr<grpc::Channel> OwnConnection(const std::string& address);

}  // namespace efferent::load

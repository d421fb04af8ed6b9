#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace efferent::test {

/// A call of any method with any bytes.
struct RawCall {
  std::string method;                 ///< For example `/efferent.v1.SessionService/GetSession`.
  std::vector<std::string> messages;  ///< As they are on the wire; for a unary method one.
  std::chrono::milliseconds deadline{500};
  std::chrono::milliseconds unread{0};  ///< Nothing is read for so long after the last message.
};

/// Sends the messages, reads every answer, and returns how the server ended it.
grpc::Status Make(const RawCall& call, const std::shared_ptr<grpc::Channel>& channel);

/// Begins so many calls at once, sends the first message of each and cancels them.
void BeginAndCancel(const std::vector<RawCall>& calls,
                    const std::shared_ptr<grpc::Channel>& channel);

/// `OK`, `NOT_FOUND`, ...
std::string NameOf(grpc::StatusCode code);

/// A connection of its own, with no bound on what is received.
std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address);

}  // namespace efferent::test

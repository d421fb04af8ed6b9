#pragma once

#include <grpcpp/support/status.h>

#include <stdexcept>
#include <string>

#include "clients/report/input_error.h"

namespace efferent {

/// A call to the server ended with an error; `what()` is DescribeStatus().
class RpcError : public std::runtime_error {
 public:
  /// `doing`: what was attempted, for example "create session s1".
  RpcError(const std::string& doing, const grpc::Status& status);

  grpc::StatusCode code() const { return code_; }
  /// The server refused what we sent: trying again is no use.
  bool is_bad_input() const;

 private:
  grpc::StatusCode code_;
};

/// A status as text for a person: its message, then each field that it complains about on a line of
/// its own, from the ErrorStatus in its details. A damaged or foreign detail is left out, never an
/// error.
std::string DescribeStatus(const grpc::Status& status);

/// Name of a status code as in the gRPC documentation, for example `NOT_FOUND`.
const char* StatusCodeName(grpc::StatusCode code);

/// Whether a stream or call that ended so may be tried again on a new connection: the server went
/// away, or was too busy.
bool IsTransient(grpc::StatusCode code);

}  // namespace efferent

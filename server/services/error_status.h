#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <vector>

#include "decoder/parameters.h"

namespace efferent {

/// A status whose details are an ErrorStatus (proto/efferent/v1/error.proto); the violations are in
/// the text too.
grpc::Status MakeStatus(grpc::StatusCode code, const std::string& message,
                        const std::vector<Violation>& violations = {});

/// INVALID_ARGUMENT naming every violation.
grpc::Status InvalidArgument(const std::vector<Violation>& violations);

/// NOT_FOUND, saying what to do.
grpc::Status UnknownSession(const std::string& session_id);

}  // namespace efferent

#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "server/session/session_decoders.h"

namespace efferent {

/// Commands would come after their deadline: of `what`, "this session" or "this decoder".
grpc::Status TooSlow(const std::string& what, const StepCost& cost, TimeNs deadline_ns);

/// There is no memory for `what`, "this session" or "this decoder".
grpc::Status NoMemory(const std::string& what, const MemoryRefusal& refusal);

/// How a change of decoders went. `name`: of the shadow that it was about.
grpc::Status ToStatus(const SessionDecoders::Outcome& outcome, const std::string& name);

}  // namespace efferent

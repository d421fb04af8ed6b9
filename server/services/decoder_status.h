#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "server/session/session_decoders.h"

namespace efferent {

/// How a change of decoders went. `name`: of the shadow that it was about.
grpc::Status ToStatus(const SessionDecoders::Outcome& outcome, const std::string& name);

}  // namespace efferent

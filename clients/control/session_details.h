#pragma once

#include <string>

#include "efferent/v1/session.pb.h"

namespace efferent::control {

/// The decoders of a session, one a row: the one that drives, then its shadows. Scores are of the
/// same bins. A server that does not list them: what the session was created with.
std::string DescribeDecoders(const v1::Session& session);

/// `efferent session show`: state, decoders, counters, latency, settings.
std::string DescribeSession(const v1::Session& session);

}  // namespace efferent::control

#pragma once

#include <memory>

#include "clients/session/server_connection.h"
#include "tests/bench/round_trip.h"
#include "tests/bench/round_trip_condition.h"
#include "tests/bench/round_trip_systems.h"

namespace efferent::bench {

/// Systems that speak the contract: a chunk each, until its command is in hand. The connection
/// outlives the result.

/// A server that parses and acknowledges only. @throws RpcError if it cannot be reached.
std::unique_ptr<RoundTrip> MakeContractRoundTrip(const ServerConnection& connection,
                                                 std::shared_ptr<const ChunkSource> source);

/// A session of efferentd, ended with the result; the command comes with the acknowledgement, or,
/// `on_arm_stream`, over another connection to another thread.
/// @throws RpcError if efferentd refuses the session.
std::unique_ptr<RoundTrip> MakeEfferentRoundTrip(const ServerConnection& connection,
                                                 const RoundTripCondition& condition,
                                                 std::shared_ptr<const ChunkSource> source,
                                                 const RoundTripSession& session,
                                                 bool on_arm_stream);

}  // namespace efferent::bench

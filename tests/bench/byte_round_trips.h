#pragma once

#include <memory>

#include "clients/session/server_connection.h"
#include "tests/bench/redis_link.h"
#include "tests/bench/round_trip.h"
#include "tests/bench/sized_requests.h"
#include "tests/bench/tcp_frame.h"

namespace efferent::bench {

/// Systems that carry bytes and know nothing of what is in them. The connection outlives the result.
std::unique_ptr<RoundTrip> MakeTcpRoundTrip(boost::asio::ip::tcp::socket* socket,
                                            std::shared_ptr<const ChunkSource> source);
std::unique_ptr<RoundTrip> MakeRedisRoundTrip(RedisLink* link,
                                              std::shared_ptr<const ChunkSource> source);
/// Opens a stream of its own. @throws RpcError if the server cannot be reached.
std::unique_ptr<RoundTrip> MakeGrpcEchoRoundTrip(const ServerConnection& connection,
                                                 std::shared_ptr<const ChunkSource> source);

}  // namespace efferent::bench

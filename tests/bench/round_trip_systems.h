#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/round_trip.h"
#include "tests/bench/round_trip_condition.h"

namespace efferent::bench {

/// What can be measured, in the order in which it is reported.
///   tcp            frames over a TCP connection, Nagle's algorithm off
///   grpc_echo      a bare gRPC stream, callback API, in a process of its own
///   contract_echo  the same with the contract's messages, parsed and acknowledged, nothing decoded
///   redis          request and reply through two Redis streams and a relay
///   efferent       efferentd: chunk sent to acknowledgement with its command
///   efferent_arm   the same to the command on an arm stream of another connection and thread
const std::vector<std::string>& RoundTripSystems();

/// What recording costs: the last two of them, and both with everything recorded.
///   recorded       efferent, with a data directory
///   recorded_arm   efferent_arm, with a data directory
const std::vector<std::string>& RecordingSystems();

/// How sessions of efferentd are created.
struct RoundTripSession {
  bool real_time = true;
  bool learning = true;
};

/// The servers of some systems, each a child process, and the connections to them.
class RoundTripServers {
 public:
  /// Starts what the systems need. Call on the main thread.
  /// @throws std::runtime_error if one does not start.
  explicit RoundTripServers(const std::vector<std::string>& systems);
  ~RoundTripServers();

  /// Why a system is left out, for example because redis-server is not installed.
  std::optional<std::string> WhyWithout(const std::string& system) const;

  /// Opens one system under a condition. @throws RpcError if efferentd refuses the session.
  std::unique_ptr<RoundTrip> Open(const std::string& system, const RoundTripCondition& condition,
                                  std::shared_ptr<const ChunkSource> source,
                                  const RoundTripSession& session);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace efferent::bench

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "efferent/v1/behavior.pb.h"
#include "efferent/v1/session.pb.h"

namespace efferent::test {

/// Who stands still. The network: the connection of the source.
enum class Staller { kServer, kSource, kNetwork, kArm };

struct StallParams {
  Staller who = Staller::kServer;
  double before_s = 1.0, stall_s = 2.0, after_s = 1.5;
  std::int64_t stop_after_ns = 100'000'000;  ///< watchdog.stop_after_ns of the session.
};

/// A command as it came to the arm.
struct StallCommand {
  double time_s = 0.0;  ///< Since the stall began.
  double age_s = 0.0;   ///< Of its bin: since that was complete at the source.
  v1::CommandStatus status = v1::COMMAND_STATUS_UNSPECIFIED;
  double velocity_m_s = 0.0;  ///< x; y is 0.
};

struct StallResult {
  std::vector<StallCommand> commands;
  v1::Session session;  ///< At the end, when all bins are acknowledged.
  std::uint64_t num_bins = 0;
};

/// A source of a bin each 20 ms, which goes by its own clock and waits for nobody, and an arm that reads
/// every command, on a new session of a server that runs as `server_process_id` at `address`. The decoder
/// is fixed and swings from -0.08 to 0.08 m/s each two seconds. One of them stands still for a while; then
/// what was held back goes on at once. Takes as long as it says, for time is what it is about.
/// @throws RpcError.
StallResult RunStall(const StallParams& params, const std::string& address, int server_process_id);

}  // namespace efferent::test

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/load/load_options.h"
#include "clients/load/load_session.h"
#include "clients/load/load_tally.h"
#include "clients/session/stop_flag.h"

namespace efferent::load {

/// What a load came to.
struct LoadResult {
  int num_sessions = 0;   ///< Admitted, those that flood left out.
  std::string refusal;    ///< Why others were not; empty: all were.
  double duration_s = 0;  ///< In which bins were due.
  LoadCounts counts;
  /// Sums over the sessions' last acknowledgements: chunks and events that were lost on the way.
  v1::AcquisitionAck lost;
  /// Sums over the sessions' statistics at their ends.
  v1::SessionStatistics statistics;
  std::vector<std::string> failures;  ///< Streams that broke.
  /// Processors that the server kept busy, where it says so.
  std::optional<double> server_processors;
  /// Memory of the server while all sessions ran, bytes, where it says so.
  std::optional<std::int64_t> resident_bytes;
};

/// Many rigs against one server, paced by one thread (the one that calls Run); another takes what the
/// server says.
class LoadRun {
 public:
  /// Creates the sessions and attaches their streams. A session that is refused with
  /// RESOURCE_EXHAUSTED ends the admission; the load is what was admitted until then.
  /// @throws RpcError if the server refuses for another reason, or cannot be reached.
  LoadRun(const LoadOptions& options, const StopFlag& stop);

  int num_sessions() const { return static_cast<int>(paced_.size()); }
  const std::string& refusal() const { return refusal_; }

  /// Runs for the duration, or until a stop is requested or no stream is left, then ends all sessions. `show` is called some
  /// ten times a second with the time since the start, seconds, and what has been counted.
  LoadResult Run(StopFlag* stop, const std::function<void(double, const LoadCounts&)>& show);

 private:
  using Sessions = std::vector<std::unique_ptr<LoadSession>>;

  bool Admit(const std::string& id, const v1::SessionConfig& config, Pace pace, Sessions* sessions);
  double PaceAll(StopFlag* stop, const std::function<void(double, const LoadCounts&)>& show);
  void Gather(LoadResult* result);

  LoadOptions options_;
  ServerConnection connection_;
  SessionClient client_;
  std::shared_ptr<const ReachLoop> loop_;
  LoadTally tally_;
  CompletionThread thread_;
  std::string refusal_;
  Sessions paced_, flooding_;
};

}  // namespace efferent::load

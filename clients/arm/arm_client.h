#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/arm_options.h"
#include "clients/arm/frame_writer.h"
#include "clients/report/latency_recorder.h"
#include "clients/session/arm_stream.h"
#include "clients/session/reconnect_policy.h"
#include "clients/session/session_client.h"
#include "clients/session/stop_flag.h"

namespace efferent {

/// Joins an ArmRig to a session: commands in, state, target and trial marks out; switches learning
/// between phases; holds the arm still when commands cease; outlives the server.
///
/// Real time: a thread of its own reads commands; physics runs on the steady clock, a state goes
/// out at each end of a bin; the session's clock is the last command's, plus the time since it
/// came. Lock step: one thread; each decoded command moves the arm to the end of the bin that
/// follows it, and its state goes out; nothing depends on the wall clock.
class ArmClient {
 public:
  /// `report`: called with lasting news for the user. `show`: called now and then with what the arm
  /// is doing.
  ArmClient(const ArmOptions& options, StopFlag& stop,
            std::function<void(const std::string&)> report, std::function<void()> show);

  /// Returns when all phases are done, the session ends, or a stop is requested.
  /// @throws RpcError if the server refuses; std::runtime_error if it stays away.
  void Run();

  const ArmRig& rig() const { return rig_; }
  /// All trials that came to their end, in order.
  const std::vector<TrialResult>& results() const { return results_; }
  /// Spikes sent -> command received, of the commands of one phase, or of all (no phase).
  const LatencyRecorder& round_trips(std::optional<int> phase) const;
  /// Name of the session's decoder, for example `snn`; empty before the first session.
  const std::string& decoder_name() const { return decoder_name_; }
  bool commands_come() const { return commands_come_; }
  std::int64_t num_frames() const { return frames_ ? frames_->num_written() : 0; }

 private:
  /// Waits for the session and attaches. False: a stop was requested.
  bool Attach();
  /// Until all is done (true) or the stream is over.
  bool RunLockstep();
  bool RunRealTime();

  /// A command came at `now_ns` of CLOCK_MONOTONIC.
  void Take(const v1::Command& command, std::int64_t now_ns);
  /// Sets learning as the experiment wants it, starts a trial if one can start, and sends the
  /// state.
  bool EndBin();
  /// Before a frozen phase.
  void ReportIfNothingIsLearnt();
  void SetCommandsCome(bool come, const char* why);
  void Draw();

  ArmOptions options_;
  StopFlag& stop_;
  std::function<void(const std::string&)> report_;
  std::function<void()> show_;
  ServerConnection connection_;
  SessionClient sessions_;
  ReconnectPolicy reconnect_;
  ArmRig rig_;
  std::unique_ptr<FrameWriter> frames_;
  std::unique_ptr<ArmStream> stream_;
  v1::ArmUpdate update_;
  std::optional<std::int64_t> session_created_ns_;  // Tells a session from its namesake.
  std::int64_t bin_width_ns_ = 0;
  bool commands_come_ = false;
  std::string decoder_name_;
  std::vector<TrialResult> results_;
  LatencyRecorder all_round_trips_;
  std::map<int, LatencyRecorder> round_trips_;
};

}  // namespace efferent

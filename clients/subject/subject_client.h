#pragma once

#include <functional>
#include <memory>
#include <string>

#include "clients/report/latency_recorder.h"
#include "clients/session/acquisition_stream.h"
#include "clients/session/echo_probe.h"
#include "clients/session/kept_chunks.h"
#include "clients/session/reconnect_policy.h"
#include "clients/session/session_client.h"
#include "clients/session/stop_flag.h"
#include "clients/subject/session_follower.h"
#include "clients/subject/subject_options.h"

namespace efferent::subject {

/// How a run is going, or went.
struct SubjectProgress {
  std::uint64_t num_bins = 0;  ///< Sent and acknowledged.
  std::uint64_t num_spikes = 0;
  std::uint64_t slip_count = 0;  ///< Times that real time could not be kept.
  std::uint64_t reconnect_count = 0;
  TimeNs time_ns = 0;  ///< Of the session.
  bool waiting_for_arm = false;
  std::string condition;  ///< Of the trial that is on, or was last.
  std::uint32_t trial_index = 0;
  std::size_t num_silent = 0;
  LatencyRecorder acknowledged;  ///< Chunk sent -> acknowledgement with its command back.
  LatencyRecorder echo;          ///< A bare echo of as many bytes, measured in turn.
};

/// Streams a simulated brain to a session: creates the session or attaches to it, follows the arm,
/// sends one chunk of spike events for each bin, and outlives the server.
///
/// Real time: bin k (from k w to (k + 1) w) is sent when the steady clock says that it is over,
/// with what was seen of the arm by then. Lock step: bin k is sent as soon as the arm's state of
/// time k w has been seen; then one message is in flight at a time and the run depends on nothing
/// but its seeds.
class SubjectClient {
 public:
  /// `report`: called with lasting news for the user. `show`: called after each bin, and while
  /// waiting.
  SubjectClient(const SubjectOptions& options, Brain brain, StopFlag& stop,
                std::function<void(const std::string&)> report,
                std::function<void(const SubjectProgress&)> show);

  /// Returns when the session ends, a stop is requested, or the asked for duration is over.
  /// @throws RpcError if the server refuses; std::runtime_error if it stays away, or another client
  /// takes the session over.
  void Run();

  const SubjectProgress& progress() const { return progress_; }
  /// Name of the session's decoder, for example `snn`.
  const std::string& decoder_name() const { return decoder_name_; }

 private:
  struct Attachment;

  void CreateOrAttach();
  void AdoptSession(const v1::Session& session);
  /// Streams until the run is over. @throws RpcError if the stream breaks.
  void Stream();
  /// What the server had applied but not recorded when it was killed. False: the stream is over.
  bool SendMissing(Attachment& attachment);
  void StreamBins(Attachment& attachment);
  bool WaitForTurn(Attachment& attachment);
  bool SendBin(Attachment& attachment);
  void MeasureEcho(Attachment& attachment);
  bool IsDone() const;
  void ThrowUnlessEnded(const grpc::Status& status) const;

  SubjectOptions options_;
  Brain brain_;
  StopFlag& stop_;
  std::function<void(const std::string&)> report_;
  std::function<void(const SubjectProgress&)> show_;
  ServerConnection connection_;
  SessionClient sessions_;
  ReconnectPolicy reconnect_;
  bool had_session_ = false;
  bool was_attached_ = false;
  KeptChunks kept_;
  std::string decoder_name_;
  SubjectProgress progress_;
};

}  // namespace efferent::subject

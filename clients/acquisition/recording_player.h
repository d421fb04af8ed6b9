#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "clients/acquisition/chunk_builder.h"
#include "clients/acquisition/recording.h"
#include "clients/report/latency_recorder.h"
#include "clients/session/acquisition_stream.h"
#include "clients/session/echo_probe.h"
#include "clients/session/reconnect_policy.h"
#include "clients/session/server_connection.h"
#include "clients/session/stop_flag.h"

namespace efferent {

/// How a recording is played.
struct PlayOptions {
  double speed = 1.0;      ///< Times recorded speed; 0: as fast as the server takes it.
  int bins_per_chunk = 1;  ///< 1 to 64.
  int window = 16;         ///< Unacknowledged chunks at full speed, >= 1.
  int measure_every = 50;  ///< Chunks from one measured round trip to the next at full speed.
  std::chrono::seconds reconnect_for{30};  ///< How long a lost server is looked for.
};

/// What came of it.
struct PlayResult {
  PointTrack decoded_m_s;  ///< Commands, bin by bin; none where it was lost with a connection, or
                           ///< never sent.
  std::int64_t num_played = 0;  ///< Bins that were acknowledged.
  std::int64_t num_lost = 0;    ///< Of those, bins whose command never came back.
  double wall_s = 0.0;          ///< From the first chunk to the last acknowledgement.
  LatencyRecorder round_trips;  ///< Chunk sent to its acknowledgement (with the command) received,
                                ///< nothing else under way.
  LatencyRecorder echoes;       ///< Bare echo of the same size, in turn with them.
  int num_reconnects = 0;
  int num_restarts = 0;            ///< Sessions made anew because the server had lost the old one.
  bool stopped = false;            ///< Ended early on request, or because the session was ended.
  bool session_was_ended = false;  ///< By somebody else.
};

/// Plays a recording to a session, chunk by chunk; survives broken connections. Goes on from what
/// the server acknowledged; if the server has lost the session, a new one is made that begins with
/// the next bin and knows nothing.
class RecordingPlayer {
 public:
  /// Makes the session; returns its id. Called once at the start and after each loss. Throws
  /// RpcError.
  using SessionMaker = std::function<std::string()>;
  /// Told now and then how far it is.
  using ProgressListener = std::function<void(const PlayResult&)>;
  /// Told what a person should know at once.
  using MessageListener = std::function<void(const std::string&)>;

  /// `velocity_m_s`: measured velocity to send, or empty. All that is referred to must outlive the
  /// player.
  RecordingPlayer(Recording* recording, const PointTrack* velocity_m_s,
                  const ServerConnection* connection, StopFlag* stop, const PlayOptions& options);

  void set_session_maker(SessionMaker maker) { make_session_ = std::move(maker); }
  void set_progress_listener(ProgressListener listener) { on_progress_ = std::move(listener); }
  void set_message_listener(MessageListener listener) { on_message_ = std::move(listener); }

  /// Plays to the end, or until a stop is requested.
  /// @throws RpcError if the server refuses; std::runtime_error if it stays away; InputError if the
  /// file fails.
  PlayResult Run();

 private:
  using Clock = std::chrono::steady_clock;

  void StartSession(std::int64_t first_bin);
  void OpenStream();
  void OpenEcho();
  // All return whether the stream still stands.
  bool SendNext();
  bool ReceiveOne();
  bool PlayAtFullSpeed();
  bool PlayPaced();
  bool MeasureRoundTrip();
  void MeasureEcho();
  // The stream is over: throws if that is final, otherwise opens again. False: a stop was requested.
  bool Recover();
  // Tries until it is open, or --reconnect-for is over: throws. False: a stop was requested.
  bool OpenAgain(const std::string& why);
  bool TryOpenAgain();
  bool WaitUntilDue(std::int64_t chunk_index);
  bool done() const { return acked_chunks_ >= builder_->num_chunks(); }

  Recording* recording_;
  const PointTrack* velocity_m_s_;
  const ServerConnection* connection_;
  StopFlag* stop_;
  PlayOptions options_;
  SessionMaker make_session_;
  ProgressListener on_progress_ = [](const PlayResult&) {};
  MessageListener on_message_ = [](const std::string&) {};
  ReconnectPolicy reconnect_;

  std::string session_id_;
  std::int64_t session_first_bin_ = 0;
  std::optional<ChunkBuilder> builder_;
  std::unique_ptr<AcquisitionStream> stream_;
  std::unique_ptr<EchoProbe> echo_;
  std::optional<StopFlag::Callback> cancel_on_stop_;  // Refers to the two above.

  bool has_echo_ = true;      // The server has a DiagnosticsService.
  bool echo_broken_ = false;  // Its stream has ended.
  v1::AcquisitionChunk chunk_;
  std::int64_t sent_chunks_ = 0;   // Of this session.
  std::int64_t acked_chunks_ = 0;  // Of this session.
  // Bin `paced_from_bin_` is sent at `paced_from_`, and the others at their distance from it.
  Clock::time_point paced_from_;
  std::int64_t paced_from_bin_ = 0;
  Clock::time_point start_;
  PlayResult result_;
};

}  // namespace efferent

#include "clients/acquisition/recording_player.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/session/errors.h"
#include "clients/session/monotonic_clock.h"

namespace efferent {

RecordingPlayer::RecordingPlayer(Recording* recording, const PointTrack* velocity_m_s,
                                 const ServerConnection* connection, StopFlag* stop,
                                 const PlayOptions& options)
    : recording_(recording),
      velocity_m_s_(velocity_m_s),
      connection_(connection),
      stop_(stop),
      options_(options),
      reconnect_(options.reconnect_for) {
  result_.decoded_m_s.resize(static_cast<std::size_t>(recording->num_bins));
}

PlayResult RecordingPlayer::Run() {
  StartSession(0);
  bool open = true;
  try {
    OpenStream();
  } catch (const RpcError& e) {
    if (!IsTransient(e.code())) throw;
    open = OpenAgain(e.what());
  }
  start_ = Clock::now();
  while (open && !done() && !stop_->requested()) {
    const bool stands = options_.speed > 0.0 ? PlayPaced() : PlayAtFullSpeed();
    if (!stands) open = Recover();
  }
  result_.stopped = !done();
  for (std::int64_t bin = 0; bin < result_.num_played; ++bin) {
    if (!result_.decoded_m_s[static_cast<std::size_t>(bin)]) ++result_.num_lost;
  }
  if (stream_ && !result_.stopped) {
    stream_->WritesDone();
    stream_->Finish();
  }
  cancel_on_stop_.reset();
  return std::move(result_);
}

void RecordingPlayer::StartSession(std::int64_t first_bin) {
  session_id_ = make_session_();
  session_first_bin_ = first_bin;
  builder_.emplace(recording_, velocity_m_s_, first_bin, options_.bins_per_chunk);
  sent_chunks_ = acked_chunks_ = 0;
}

void RecordingPlayer::OpenStream() {
  cancel_on_stop_.reset();
  echo_.reset();
  echo_broken_ = false;
  v1::AcquisitionOpen open;
  open.set_session_id(session_id_);
  open.set_num_channels(recording_->num_channels);
  open.set_bin_width_ns(recording_->bin_width_ns);
  open.set_return_commands(true);
  stream_ = std::make_unique<AcquisitionStream>(*connection_, open);
  const auto applied = static_cast<std::int64_t>(stream_->opened().applied_sequence_number());
  sent_chunks_ = acked_chunks_ = std::clamp<std::int64_t>(applied, 0, builder_->num_chunks());
  result_.num_played = builder_->ChunkFirstBin(acked_chunks_);
  paced_from_ = Clock::now();
  paced_from_bin_ = result_.num_played;
  if (has_echo_ && !done()) OpenEcho();
  cancel_on_stop_.emplace(*stop_, [stream = stream_.get(), echo = echo_.get()] {
    stream->Cancel();
    if (echo != nullptr) echo->Cancel();
  });
}

void RecordingPlayer::OpenEcho() {
  builder_->Build(sent_chunks_, &chunk_);
  try {
    echo_ = std::make_unique<EchoProbe>(*connection_, chunk_.ByteSizeLong());
  } catch (const RpcError& e) {
    if (IsTransient(e.code())) return;  // The stream will notice.
    has_echo_ = false;
    on_message_(fmt::format("{}; no floor beside the round trips", e.what()));
  }
}

bool RecordingPlayer::SendNext() {
  builder_->Build(sent_chunks_, &chunk_);
  chunk_.set_client_send_time_ns(MonotonicNs());
  if (!stream_->WriteChunk(chunk_)) return false;
  ++sent_chunks_;
  return true;
}

bool RecordingPlayer::ReceiveOne() {
  const std::optional<v1::AcquisitionAck> ack = stream_->ReadAck();
  if (!ack) return false;
  acked_chunks_ = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(ack->applied_sequence_number()), acked_chunks_, sent_chunks_);
  // Only now: a server that takes the connection and drops it again is still lost.
  reconnect_.OnSuccess();
  for (const v1::Command& command : ack->commands()) {
    const std::uint64_t bin = command.bin_index() + static_cast<std::uint64_t>(session_first_bin_);
    if (bin >= result_.decoded_m_s.size()) continue;
    Point& velocity = result_.decoded_m_s[bin].emplace();
    const int axes = std::min<int>(command.velocity_m_s_size(), static_cast<int>(velocity.size()));
    for (int axis = 0; axis < axes; ++axis) {
      velocity[static_cast<std::size_t>(axis)] = command.velocity_m_s(axis);
    }
  }
  result_.num_played = builder_->ChunkFirstBin(acked_chunks_);
  result_.wall_s = std::chrono::duration<double>(Clock::now() - start_).count();
  on_progress_(result_);
  return true;
}

bool RecordingPlayer::MeasureRoundTrip() {
  const std::int64_t wanted = sent_chunks_ + 1;
  if (!SendNext()) return false;
  const std::int64_t sent_ns = chunk_.client_send_time_ns();
  while (acked_chunks_ < wanted) {
    if (!ReceiveOne()) return false;
  }
  result_.round_trips.Record(MonotonicNs() - sent_ns);
  return true;
}

void RecordingPlayer::MeasureEcho() {
  if (!echo_ || echo_broken_) return;
  const std::optional<std::int64_t> duration_ns = echo_->MeasureNs();
  if (duration_ns) {
    result_.echoes.Record(*duration_ns);
  } else {
    echo_broken_ = true;  // Kept until the stream is opened again: a stop may be cancelling it.
  }
}

bool RecordingPlayer::PlayAtFullSpeed() {
  while (!done() && !stop_->requested()) {
    // A full window of chunks under way, then alone: one round trip, one echo.
    const std::int64_t burst_end =
        std::min(builder_->num_chunks(), sent_chunks_ + options_.measure_every - 1);
    while (acked_chunks_ < burst_end) {
      while (sent_chunks_ < burst_end && sent_chunks_ - acked_chunks_ < options_.window) {
        if (!SendNext()) return false;
      }
      if (!ReceiveOne()) return false;
    }
    if (done()) break;
    if (!MeasureRoundTrip()) return false;
    MeasureEcho();
  }
  return true;
}

bool RecordingPlayer::WaitUntilDue(std::int64_t chunk_index) {
  // A chunk is complete when its last bin ends.
  const std::int64_t bins = builder_->ChunkFirstBin(chunk_index + 1) - paced_from_bin_;
  const std::chrono::duration<double> after(static_cast<double>(bins) * recording_->bin_width_s /
                                            options_.speed);
  const auto due = paced_from_ + std::chrono::duration_cast<Clock::duration>(after);
  const auto now = Clock::now();
  return now >= due || !stop_->WaitFor(due - now);
}

bool RecordingPlayer::PlayPaced() {
  while (!done() && WaitUntilDue(sent_chunks_)) {
    if (!MeasureRoundTrip()) return false;
    MeasureEcho();
  }
  return true;
}

bool RecordingPlayer::Recover() {
  const grpc::Status status = stream_->Finish();
  if (stop_->requested()) return false;
  if (status.ok()) {
    on_message_(fmt::format("session {} was ended after bin {}", session_id_, result_.num_played));
    result_.session_was_ended = true;
    return false;
  }
  // A server that shuts down in good order may cancel streams.
  const bool may_come_back =
      IsTransient(status.error_code()) || status.error_code() == grpc::StatusCode::CANCELLED;
  if (!may_come_back) throw RpcError("the stream to session `" + session_id_ + "` ended", status);
  return OpenAgain(DescribeStatus(status));
}

bool RecordingPlayer::OpenAgain(const std::string& why) {
  on_message_(fmt::format("connection to {} lost after bin {}: {}", connection_->address(),
                          result_.num_played, why));
  while (true) {
    const auto delay = reconnect_.NextDelay(Clock::now());
    if (!delay) {
      throw std::runtime_error(fmt::format(
          "the server at {} did not come back within {} s (--reconnect-for); stopped after bin {}",
          connection_->address(), options_.reconnect_for.count(), result_.num_played));
    }
    if (stop_->WaitFor(*delay)) return false;
    if (TryOpenAgain()) break;
  }
  ++result_.num_reconnects;
  return true;
}

bool RecordingPlayer::TryOpenAgain() {
  try {
    try {
      OpenStream();
      on_message_(fmt::format("connected again; going on from bin {}", result_.num_played));
    } catch (const RpcError& e) {
      if (e.code() != grpc::StatusCode::NOT_FOUND) throw;
      const std::int64_t first_bin = result_.num_played;
      StartSession(first_bin);
      OpenStream();
      ++result_.num_restarts;
      on_message_(fmt::format(
          "connected again, but the server has lost the session: it was made anew, its decoder "
          "starts from nothing; going on from bin {}",
          first_bin));
    }
    return true;
  } catch (const RpcError& e) {
    if (!IsTransient(e.code())) throw;
    return false;
  }
}

}  // namespace efferent

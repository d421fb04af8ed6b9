#include "clients/archive/replay_stream.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "clients/acquisition/play_speed.h"
#include "clients/archive/recording_client.h"
#include "clients/archive/replay_chunks.h"
#include "clients/control/session_text.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"
#include "clients/session/acquisition_stream.h"
#include "clients/session/decoder_name.h"
#include "clients/session/monotonic_clock.h"
#include "clients/session/session_client.h"

namespace efferent::archive {
namespace {

// Chunks sent ahead of their acknowledgements.
constexpr std::size_t kWindow = 16;

/// Sends chunks and compares what comes back with what had been recorded.
class Sender {
 public:
  Sender(const ServerConnection& connection, const v1::AcquisitionOpen& open, double speed,
         StopFlag* stop)
      : stream_(connection, open), speed_(speed), stop_(stop), began_(Clock::now()) {}

  /// False: a stop was requested. @throws RpcError if the server refuses the chunk.
  bool Send(ReplayChunks::Chunk next) {
    if (speed_ > 0.0 && !WaitUntil(next.chunk.complete_until_ns())) return false;
    if (recorded_.size() >= kWindow) ReceiveOne();
    next.chunk.set_client_send_time_ns(MonotonicNs());
    if (!stream_.WriteChunk(next.chunk)) Fail();
    recorded_.push_back(std::move(next.recorded));
    return !stop_->requested();
  }
  void Finish() {
    while (!recorded_.empty()) ReceiveOne();
    stream_.WritesDone();
    stream_.Finish();
  }

  std::uint64_t num_bins() const { return num_bins_; }
  std::uint64_t num_equal() const { return num_equal_; }
  /// Root mean square of the distance between the two velocities, m/s.
  double rms_difference_m_s() const {
    return num_bins_ == 0 ? 0.0 : std::sqrt(sum_of_squares_ / static_cast<double>(num_bins_));
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool WaitUntil(std::int64_t time_ns) {
    const auto due = began_ + std::chrono::nanoseconds(
                                  static_cast<std::int64_t>(static_cast<double>(time_ns) / speed_));
    const auto wait = due - Clock::now();
    return wait.count() <= 0 || !stop_->WaitFor(wait);
  }
  void ReceiveOne() {
    const auto ack = stream_.ReadAck();
    if (!ack) Fail();
    const std::vector<v1::Command> recorded = std::move(recorded_.front());
    recorded_.pop_front();
    const auto num =
        std::min<std::size_t>(recorded.size(), static_cast<std::size_t>(ack->commands_size()));
    for (std::size_t i = 0; i < num; ++i) Compare(ack->commands(static_cast<int>(i)), recorded[i]);
  }
  void Compare(const v1::Command& now, const v1::Command& then) {
    ++num_bins_;
    double squares = 0.0;
    for (int i = 0; i < std::min(now.velocity_m_s_size(), then.velocity_m_s_size()); ++i) {
      const double difference = now.velocity_m_s(i) - then.velocity_m_s(i);
      squares += difference * difference;
    }
    sum_of_squares_ += squares;
    if (squares == 0.0 && now.status() == then.status()) ++num_equal_;
  }
  [[noreturn]] void Fail() {
    const grpc::Status status = stream_.Finish();
    if (status.ok()) throw std::runtime_error("the session was ended while it was streamed to");
    throw RpcError("streaming the recording again", status);
  }

  AcquisitionStream stream_;
  double speed_;  // times recorded; 0: as fast as the server takes it
  StopFlag* stop_;
  Clock::time_point began_;
  std::deque<std::vector<v1::Command>> recorded_;  // of chunks that are under way
  std::uint64_t num_bins_ = 0;
  std::uint64_t num_equal_ = 0;
  double sum_of_squares_ = 0.0;
};

}  // namespace

void StreamAgain(const ServerConnection& connection, const std::string& name,
                 const ReplayStreamOptions& options) {
  const double speed = ParseSpeed(options.speed);
  StopFlag& stop = ProcessStopFlag();
  RecordingClient recordings(connection);
  const v1::Recording recording = recordings.Get(name).recording();
  v1::SessionConfig config = recording.config();
  if (options.decoder) {
    config.clear_decoder();
    ChooseDecoder(*options.decoder, config.mutable_decoder());
  }
  config.mutable_timing()->set_real_time(speed == 1.0);

  SessionClient sessions(connection);
  const v1::Session session = sessions.Create(options.session_id, config, options.replace);
  v1::AcquisitionOpen open;
  open.set_session_id(session.session_id());
  open.set_num_channels(config.num_channels());
  open.set_bin_width_ns(config.bin_width_ns());
  open.set_return_commands(true);
  Sender sender(connection, open, speed, &stop);
  ReplayChunks chunks(config.bin_width_ns());

  ProgressBar bar(static_cast<std::int64_t>(recording.applied_sequence_number()));
  bool goes_on = true;
  std::int64_t sequence_number = 0;
  const auto send = [&](std::optional<ReplayChunks::Chunk> chunk) {
    if (!chunk || !goes_on) return;
    sequence_number = static_cast<std::int64_t>(chunk->chunk.sequence_number());
    goes_on = sender.Send(std::move(*chunk));
    if (bar.IsDue()) bar.Show(sequence_number, fmt::format("{} bins", sender.num_bins()));
  };
  recordings.Read(recording.name(), stop, [&](const v1::ReadRecordingResponse& piece) {
    for (const v1::RecordedItem& item : piece.items()) send(chunks.Add(item));
  });
  send(chunks.Finish());
  sender.Finish();
  bar.Finish(sequence_number, fmt::format("{} bins", sender.num_bins()));

  const auto statistics = sessions.Get(session.session_id()).statistics();
  Print(
      "session {}: {} bins decoded, {} learnt from, error {} m/s rms; recorded: {} bins, {} m/s "
      "rms\n"
      "{} of {} commands are those that were recorded; they differ by {:.4g} m/s rms\n",
      session.session_id(), statistics.decoded_bin_count(), statistics.learned_bin_count(),
      control::RmsErrorText(statistics), recording.statistics().decoded_bin_count(),
      control::RmsErrorText(recording.statistics()), sender.num_equal(), sender.num_bins(),
      sender.rms_difference_m_s());
  if (options.keep_session) {
    Print("session {} is still there (--keep-session)\n", session.session_id());
  } else {
    sessions.End(session.session_id());
  }
}

}  // namespace efferent::archive

#include "clients/subject/subject_client.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/session/monotonic_clock.h"
#include "clients/subject/bin_pacer.h"

namespace efferent::subject {
namespace {

using Clock = BinPacer::Clock;
using std::chrono::milliseconds;

// One echo in so many bins; in lock step rarely, for there it takes time from the run.
constexpr std::uint64_t kBinsPerEcho = 10;
constexpr std::uint64_t kBinsPerEchoInLockstep = 100;
// Chunks whose mean size an echo takes as its own.
constexpr std::uint64_t kBinsBeforeEcho = 50;
constexpr milliseconds kShowInterval{200};

}  // namespace

/// What lives as long as one stream does.
struct SubjectClient::Attachment {
  Attachment(const ServerConnection& connection, const v1::AcquisitionOpen& open,
             std::chrono::nanoseconds width)
      : stream(connection, open),
        follower(connection, open.session_id()),
        sequence_number(stream.opened().applied_sequence_number()),
        next_bin(stream.opened().decoded_until_ns() / width.count()),
        pacer(width, Clock::now()) {}

  AcquisitionStream stream;
  SessionFollower follower;
  std::uint64_t sequence_number;  // of the last chunk
  TimeNs next_bin;
  BinPacer pacer;
  v1::AcquisitionChunk chunk;
  std::uint64_t bytes_sent = 0;
  std::uint64_t chunks_sent = 0;
  std::unique_ptr<EchoProbe> echo;
};

SubjectClient::SubjectClient(const SubjectOptions& options, Brain brain, StopFlag& stop,
                             std::function<void(const std::string&)> report,
                             std::function<void(const SubjectProgress&)> show)
    : options_(options),
      brain_(std::move(brain)),
      stop_(stop),
      report_(std::move(report)),
      show_(std::move(show)),
      connection_(options.address),
      sessions_(connection_),
      reconnect_(std::chrono::nanoseconds(std::llround(options.reconnect_s * 1e9))) {
  progress_.num_silent = brain_.num_silent();
}

void SubjectClient::Run() {
  const milliseconds patience(std::llround(options_.reconnect_s * 1e3));
  if (!connection_.WaitUntilReady(patience, stop_, report_)) return;
  while (true) {
    std::string why;
    try {
      CreateOrAttach();
      reconnect_.OnSuccess();
      Stream();
      return;
    } catch (const RpcError& e) {
      if (!IsTransient(e.code())) throw;
      why = e.what();
    }
    if (stop_.requested()) return;
    const auto delay = reconnect_.NextDelay(ReconnectPolicy::Clock::now());
    if (!delay) {
      throw std::runtime_error(
          fmt::format("lost the server at {} and could not reach it again "
                      "within {} s: {}",
                      options_.address, options_.reconnect_s, why));
    }
    if (progress_.reconnect_count++ == 0 || was_attached_) {
      report_(fmt::format("lost the server at {}: {}; trying again", options_.address, why));
    }
    was_attached_ = false;
    if (stop_.WaitFor(*delay)) return;
  }
}

void SubjectClient::CreateOrAttach() {
  if (had_session_) {
    try {
      AdoptSession(sessions_.Get(options_.session_id));
      report_(fmt::format("attached to session {} again", options_.session_id));
      return;
    } catch (const RpcError& e) {
      if (e.code() != grpc::StatusCode::NOT_FOUND) throw;
      report_(
          fmt::format("the server knows nothing of session {}: creating it anew; the decoder "
                      "starts from nothing",
                      options_.session_id));
    }
  }
  kept_.Clear();
  const v1::SessionConfig config = MakeSessionConfig(options_, brain_.num_neurons());
  try {
    AdoptSession(sessions_.Create(options_.session_id, config, options_.replace && !had_session_));
    report_(fmt::format("created session {}: {} channels, bins of {} ms, decoder {}",
                        options_.session_id, config.num_channels(), options_.bin_width_ms,
                        decoder_name_));
  } catch (const RpcError& e) {
    if (e.code() != grpc::StatusCode::ALREADY_EXISTS) throw;
    if (options_.replace) {
      throw std::runtime_error(
          fmt::format("session {} is not replaced: a client is attached to it; stop that one first",
                      options_.session_id));
    }
    AdoptSession(sessions_.Get(options_.session_id));
    report_(fmt::format("attached to session {}, which exists; its own settings hold (decoder {})",
                        options_.session_id, decoder_name_));
  }
}

void SubjectClient::AdoptSession(const v1::Session& session) {
  const v1::SessionConfig& config = session.config();
  if (config.num_channels() != brain_.num_neurons() ||
      config.bin_width_ns() != options_.bin_width_ns()) {
    throw InputError(fmt::format(
        "session {} has {} channels and bins of {} ms, the subject {} neurons and bins of {} ms; "
        "choose another session, or make them equal",
        options_.session_id, config.num_channels(),
        1e-6 * static_cast<double>(config.bin_width_ns()), brain_.num_neurons(),
        options_.bin_width_ms));
  }
  decoder_name_ = DecoderName(config);
  had_session_ = true;
}

void SubjectClient::Stream() {
  v1::AcquisitionOpen open;
  open.set_session_id(options_.session_id);
  open.set_num_channels(static_cast<std::uint32_t>(brain_.num_neurons()));
  open.set_bin_width_ns(options_.bin_width_ns());
  open.set_return_commands(true);
  open.set_take_over(options_.take_over);
  Attachment attachment(connection_, open, std::chrono::nanoseconds(options_.bin_width_ns()));
  was_attached_ = true;
  // The stream itself is ended in good order, after the acknowledgement that is under way.
  const StopFlag::Callback on_stop(stop_, [&attachment] { attachment.follower.Cancel(); });
  StreamBins(attachment);
}

bool SubjectClient::SendMissing(Attachment& attachment) {
  const auto missing = kept_.After(attachment.sequence_number);
  for (const v1::AcquisitionChunk& chunk : missing) {
    if (!attachment.stream.WriteChunk(chunk) || !attachment.stream.ReadAck()) return false;
    attachment.sequence_number = chunk.sequence_number();
    attachment.next_bin = chunk.complete_until_ns() / options_.bin_width_ns();
  }
  if (!missing.empty()) {
    report_(fmt::format("sent the last {} chunks again, which the server had not recorded",
                        missing.size()));
  }
  return true;
}

void SubjectClient::StreamBins(Attachment& attachment) {
  if (!SendMissing(attachment)) return ThrowUnlessEnded(attachment.stream.Finish());
  while (!IsDone() && WaitForTurn(attachment)) {
    if (!SendBin(attachment)) return ThrowUnlessEnded(attachment.stream.Finish());
    MeasureEcho(attachment);
    show_(progress_);
  }
  if (IsDone()) {
    attachment.stream.WritesDone();
    attachment.stream.Finish();
    return;
  }
  ThrowUnlessEnded(*attachment.follower.end());
}

bool SubjectClient::WaitForTurn(Attachment& attachment) {
  const SessionFollower& follower = attachment.follower;
  if (!options_.lockstep) {
    const auto wait = attachment.pacer.due() - Clock::now();
    if (wait.count() > 0 && stop_.WaitFor(wait)) return false;
    return !follower.end();
  }
  const TimeNs now_ns = attachment.next_bin * options_.bin_width_ns();
  while (!follower.WaitForArm(now_ns, kShowInterval)) {
    if (follower.end() || stop_.requested()) return false;
    progress_.waiting_for_arm = true;
    show_(progress_);
  }
  progress_.waiting_for_arm = false;
  return true;
}

bool SubjectClient::SendBin(Attachment& attachment) {
  const TimeNs width_ns = options_.bin_width_ns();
  const TimeNs start_ns = attachment.next_bin * width_ns;
  while (const auto event = attachment.follower.TakeEventUntil(start_ns)) {
    if (event->kind() != v1::TRIAL_EVENT_KIND_START) continue;
    progress_.condition = event->condition();
    progress_.trial_index = event->trial_index();
    if (brain_.OnTrialStart(event->condition())) {
      progress_.num_silent = brain_.num_silent();
      report_(fmt::format("trial {}, {}: {} of {} neurons are silent now", event->trial_index(),
                          event->condition(), brain_.num_silent(), brain_.num_neurons()));
    }
  }
  const Observation newest = attachment.follower.newest().value_or(Observation{});

  v1::AcquisitionChunk& chunk = attachment.chunk;
  chunk.set_sequence_number(++attachment.sequence_number);
  chunk.set_complete_until_ns(start_ns + width_ns);
  v1::SpikeEvents& events = *chunk.mutable_spike_events();
  events.clear_channel();
  events.clear_time_ns();
  for (const SpikeEvent& spike : brain_.Fire(start_ns, newest)) {
    events.add_channel(spike.channel);
    events.add_time_ns(spike.time_ns);
  }
  attachment.bytes_sent += chunk.ByteSizeLong();
  ++attachment.chunks_sent;

  const std::int64_t sent_ns = MonotonicNs();
  chunk.set_client_send_time_ns(sent_ns);
  kept_.Add(chunk);
  if (!attachment.stream.WriteChunk(chunk)) return false;
  attachment.pacer.Advance(Clock::now());
  if (!attachment.stream.ReadAck()) return false;
  kept_.OnDurable(attachment.stream.durable_sequence_number());
  progress_.acknowledged.Record(MonotonicNs() - sent_ns);

  ++attachment.next_bin;
  ++progress_.num_bins;
  progress_.num_spikes += static_cast<std::uint64_t>(events.channel_size());
  progress_.slip_count = attachment.pacer.slip_count();
  progress_.time_ns = start_ns + width_ns;
  return true;
}

void SubjectClient::MeasureEcho(Attachment& attachment) {
  if (attachment.chunks_sent < kBinsBeforeEcho) return;
  if (!attachment.echo) {
    try {
      attachment.echo =
          std::make_unique<EchoProbe>(connection_, attachment.bytes_sent / attachment.chunks_sent);
    } catch (const RpcError&) {
      return;  // The server is going; the stream will say so.
    }
  }
  if (options_.lockstep) {
    if (attachment.chunks_sent % kBinsPerEchoInLockstep != 0) return;
  } else {
    if (attachment.chunks_sent % kBinsPerEcho != 0) return;
    // In the middle between two bins, when the server has learnt and nothing is due; if it is too
    // late for that, not now.
    const auto half = std::chrono::nanoseconds(options_.bin_width_ns() / 2);
    const auto wait = attachment.pacer.due() - half - Clock::now();
    if (wait.count() < 0 || stop_.WaitFor(wait)) return;
  }
  if (const auto round_trip_ns = attachment.echo->MeasureNs()) {
    progress_.echo.Record(*round_trip_ns);
  }
}

bool SubjectClient::IsDone() const {
  if (stop_.requested()) return true;
  return options_.duration_s &&
         progress_.num_bins * static_cast<std::uint64_t>(options_.bin_width_ns()) >=
             static_cast<std::uint64_t>(*options_.duration_s * 1e9);
}

void SubjectClient::ThrowUnlessEnded(const grpc::Status& status) const {
  if (status.ok()) return report_(fmt::format("session {} was ended", options_.session_id));
  std::string doing = "streaming to session " + options_.session_id;
  if (status.error_code() == grpc::StatusCode::ABORTED) {
    doing += ": another client took the session over";
  }
  throw RpcError(doing, status);
}

}  // namespace efferent::subject

#include "clients/arm/arm_client.h"

#include <atomic>
#include <chrono>
#include <cmath>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/session/monotonic_clock.h"

namespace efferent {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// The watchdog's: no bins come. Otherwise HELD and STOPPED are a bin's own: its spikes were not plausible,
/// and the task goes on.
bool IsOfWatchdog(const v1::Command& command) {
  return command.client_send_time_ns() == 0 && (command.status() == v1::COMMAND_STATUS_HELD ||
                                                command.status() == v1::COMMAND_STATUS_STOPPED);
}

bool IsOfSilence(const v1::Command& command) {
  return IsOfWatchdog(command) && command.status() == v1::COMMAND_STATUS_STOPPED;
}

// How often a session that is not there yet is asked for.
constexpr milliseconds kSessionPollInterval{100};

/// Commands from the reading thread to the arm's. Bounded: the oldest of more than kMax waiting
/// commands is dropped, for the latest is what counts.
class CommandQueue {
 public:
  struct Item {
    v1::Command command;
    std::int64_t arrival_ns = 0;  // CLOCK_MONOTONIC
  };

  void Push(const v1::Command& command, std::int64_t arrival_ns) {
    const std::lock_guard lock(mutex_);
    if (items_.size() == kMax) items_.pop_front();
    items_.push_back({command, arrival_ns});
  }
  std::optional<Item> Pop() {
    const std::lock_guard lock(mutex_);
    if (items_.empty()) return std::nullopt;
    Item item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  static constexpr std::size_t kMax = 64;
  std::mutex mutex_;
  std::deque<Item> items_;
};

/// A thread that reads a stream; leaving its scope by an exception ends the stream first.
struct StreamReader {
  ArmStream& stream;
  std::thread thread;
  ~StreamReader() {
    if (!thread.joinable()) return;
    stream.Cancel();
    thread.join();
  }
};

void ToMessage(const RigUpdate& update, v1::ArmUpdate* message) {
  message->Clear();
  v1::ArmState& state = *message->mutable_state();
  state.set_time_ns(update.time_ns);
  for (int axis = 0; axis < 2; ++axis) {
    state.add_position_m(update.position_m[axis]);
    state.add_velocity_m_s(update.velocity_m_s[axis]);
  }
  state.set_engaged(update.engaged);
  if (update.reward) state.set_reward(*update.reward);
  if (update.target_m) {
    v1::Target& target = *message->mutable_target();
    for (int axis = 0; axis < 2; ++axis) target.add_position_m((*update.target_m)[axis]);
    target.set_radius_m(update.target_radius_m);
  }
  for (const TrialMark& mark : update.marks) {
    v1::TrialEvent& event = *message->add_trial_events();
    event.set_time_ns(mark.time_ns);
    event.set_kind(mark.is_start ? v1::TRIAL_EVENT_KIND_START : v1::TRIAL_EVENT_KIND_STOP);
    event.set_trial_index(mark.trial_index);
    event.set_condition(mark.condition);
    event.set_success(mark.success);
  }
}

}  // namespace

ArmClient::ArmClient(const ArmOptions& options, StopFlag& stop,
                     std::function<void(const std::string&)> report, std::function<void()> show)
    : options_(options),
      stop_(stop),
      report_(std::move(report)),
      show_(std::move(show)),
      connection_(options.address),
      sessions_(connection_),
      reconnect_(nanoseconds(std::llround(options.reconnect_s * 1e9))),
      rig_(options.rig, options.phases) {
  if (!options.render_directory.empty()) {
    frames_ = std::make_unique<FrameWriter>(
        options.render_directory, std::llround(options.render_interval_s * 1e9), options.lockstep);
  }
}

const LatencyRecorder& ArmClient::round_trips(std::optional<int> phase) const {
  static const LatencyRecorder none;
  if (!phase) return all_round_trips_;
  const auto it = round_trips_.find(*phase);
  return it == round_trips_.end() ? none : it->second;
}

void ArmClient::Run() {
  const milliseconds patience(std::llround(options_.reconnect_s * 1e3));
  if (!connection_.WaitUntilReady(patience, stop_, report_)) return;
  while (!stop_.requested()) {
    std::string why;
    try {
      if (!Attach()) return;
      reconnect_.OnSuccess();
      const bool done = options_.lockstep ? RunLockstep() : RunRealTime();
      const grpc::Status status = stream_->Finish();
      if (done || stop_.requested()) break;
      if (status.ok()) {
        report_(fmt::format("session {} was ended", options_.session_id));
        break;
      }
      if (!IsTransient(status.error_code())) {
        throw RpcError("driving session " + options_.session_id, status);
      }
      why = DescribeStatus(status);
    } catch (const RpcError& e) {
      if (!IsTransient(e.code())) throw;
      why = e.what();
    }
    SetCommandsCome(false, nullptr);
    rig_.Brake();
    const auto delay = reconnect_.NextDelay(ReconnectPolicy::Clock::now());
    if (!delay) {
      throw std::runtime_error(
          fmt::format("lost the server at {} and could not reach it again within {} s: {}; the arm "
                      "stands still",
                      options_.address, options_.reconnect_s, why));
    }
    if (stream_) {
      report_(fmt::format("lost the server at {}: {}; the arm stands still, trying again",
                          options_.address, why));
      stream_.reset();
    }
    if (stop_.WaitFor(*delay)) return;
  }
  if (rig_.is_done() && options_.end_session) sessions_.End(options_.session_id);
}

bool ArmClient::Attach() {
  std::optional<v1::Session> session;
  bool said_so = false;
  while (!session) {
    try {
      session = sessions_.Get(options_.session_id);
    } catch (const RpcError& e) {
      if (e.code() != grpc::StatusCode::NOT_FOUND) throw;
      if (!said_so) {
        report_(
            fmt::format("waiting for session {0}, which the server does not have; `efferent "
                        "subject --session {0}` creates it",
                        options_.session_id));
      }
      said_so = true;
      show_();
      if (stop_.WaitFor(kSessionPollInterval)) return false;
    }
  }
  bin_width_ns_ = session->config().bin_width_ns();
  if (session->config().num_dimensions() != 2) {
    throw InputError(fmt::format("session {} has {} dimensions, this arm moves in 2",
                                 options_.session_id, session->config().num_dimensions()));
  }
  if (options_.lockstep && bin_width_ns_ % rig_.step_ns() != 0) {
    throw InputError(
        fmt::format("session {} has bins of {} ns; in lock step they must be a multiple of the "
                    "physics step, {} ns",
                    options_.session_id, bin_width_ns_, rig_.step_ns()));
  }
  decoder_name_ = DecoderName(session->config());
  stream_ = std::make_unique<ArmStream>(connection_, options_.session_id, options_.take_over);
  const bool is_new = session_created_ns_ != session->create_time_unix_ns();
  report_(fmt::format("attached to session {}{}", options_.session_id,
                      !is_new ? " again"
                      : session_created_ns_
                          ? ", a new one: its decoder starts from nothing, the trial is repeated"
                          : ""));
  session_created_ns_ = session->create_time_unix_ns();
  rig_.Attach(session->decoded_until_ns(), is_new);
  return true;
}

void ArmClient::SetCommandsCome(bool come, const char* why) {
  if (come == commands_come_) return;
  commands_come_ = come;
  rig_.SetCommanded(come);
  if (why) report_(why);
}

void ArmClient::Take(const v1::Command& command, std::int64_t now_ns) {
  if (command.status() == v1::COMMAND_STATUS_DECODED && command.client_send_time_ns() > 0) {
    all_round_trips_.Record(now_ns - command.client_send_time_ns());
    round_trips_[rig_.experiment().phase()].Record(now_ns - command.client_send_time_ns());
  }
  if (IsOfSilence(command)) {
    SetCommandsCome(false, "the server stopped the arm: no spikes come");
    return;
  }
  SetCommandsCome(true, rig_.now_ns() > 0 ? "commands come" : nullptr);
  RigCommand rig_command;
  rig_command.bin_start_time_ns = command.bin_stop_time_ns() - bin_width_ns_;
  if (command.velocity_m_s_size() == 2) {
    rig_command.velocity_m_s << command.velocity_m_s(0), command.velocity_m_s(1);
  } else {
    rig_command.velocity_m_s.setConstant(std::nan(""));  // Refused, and counted.
  }
  rig_.Follow(rig_command);
}

bool ArmClient::EndBin() {
  for (TrialResult& result : rig_.TakeResults()) results_.push_back(std::move(result));
  if (const auto learning = rig_.experiment().wanted_learning()) {
    sessions_.SetLearning(options_.session_id, *learning);
    rig_.experiment().LearningIsSet();
    if (!*learning) ReportIfNothingIsLearnt();
  }
  rig_.StartTrialIfReady();
  ToMessage(rig_.TakeUpdate(), &update_);
  Draw();
  show_();
  return stream_->SendUpdate(update_);
}

void ArmClient::ReportIfNothingIsLearnt() {
  const v1::Session session = sessions_.Get(options_.session_id);
  // What came in later (imported, promoted) has learnt elsewhere.
  if (session.statistics().learned_bin_count() > 0 || session.driver_since_bin_index() > 0) return;
  const Phase& phase =
      rig_.experiment().phases()[static_cast<std::size_t>(rig_.experiment().phase())];
  report_(fmt::format(
      "phase {0}: the frozen decoder has learnt from 0 bins in session {1} and will hardly reach a "
      "target. Let it learn first (`--phase practice:50:learn --phase {0}:{2}:frozen`), or import "
      "one that has (`efferent decoder import {1} FILE`)",
      phase.name, options_.session_id, phase.num_trials));
}

void ArmClient::Draw() {
  if (frames_ && frames_->IsDue(rig_.now_ns())) frames_->Offer(rig_.now_ns(), rig_.Scene());
}

bool ArmClient::RunLockstep() {
  const StopFlag::Callback on_stop(stop_, [this] { stream_->Cancel(); });
  if (!EndBin()) return false;
  while (!rig_.is_done()) {
    const auto command = stream_->ReadCommand();
    if (!command) return false;
    Take(*command, MonotonicNs());
    if (IsOfWatchdog(*command)) continue;  // No bin has passed.
    while (rig_.now_ns() < command->bin_stop_time_ns()) {
      rig_.Step(std::min(rig_.now_ns() + rig_.step_ns(), command->bin_stop_time_ns()));
    }
    if (!EndBin()) return false;
  }
  stream_->WritesDone();
  stream_->Cancel();
  return true;
}

bool ArmClient::RunRealTime() {
  CommandQueue commands;
  std::atomic<bool> over = false;
  const StopFlag::Callback on_stop(stop_, [this] { stream_->Cancel(); });
  StreamReader reader{*stream_, std::thread([&] {
                        while (const auto command = stream_->ReadCommand()) {
                          commands.Push(*command, MonotonicNs());
                        }
                        over = true;
                      })};

  const std::int64_t step_ns = rig_.step_ns();
  const auto timeout_ns = std::llround(options_.command_timeout_s * 1e9);
  std::int64_t due_ns = MonotonicNs();
  std::int64_t last_command_ns = due_ns;       // When it came,
  std::int64_t clock_base_ns = rig_.now_ns();  // and what the session's clock showed then.
  std::int64_t last_update_bin = -1;
  bool sent = EndBin();
  while (sent && !over && !rig_.is_done()) {
    due_ns += step_ns;
    const std::int64_t wait_ns = due_ns - MonotonicNs();
    if (wait_ns > 0) {
      std::this_thread::sleep_for(nanoseconds(wait_ns));
    } else if (wait_ns < -10 * step_ns) {
      due_ns =
          MonotonicNs();  // The machine was busy elsewhere: what was missed is not made up for.
    }
    const std::int64_t now_ns = MonotonicNs();
    while (const auto item = commands.Pop()) {
      Take(item->command, item->arrival_ns);
      if (IsOfSilence(item->command)) continue;
      last_command_ns = item->arrival_ns;
      clock_base_ns = item->command.bin_stop_time_ns();
    }
    const std::int64_t silence_ns = now_ns - last_command_ns;
    if (commands_come_ && silence_ns > timeout_ns) {
      SetCommandsCome(false, "no commands come: the arm stopped by itself");
    }
    if (!commands_come_ && silence_ns > 2 * timeout_ns) rig_.Interrupt();
    // Without commands the session's clock stands still a bin after the last one.
    rig_.Step(clock_base_ns + std::min(silence_ns, bin_width_ns_));
    const std::int64_t bin = rig_.now_ns() / bin_width_ns_;
    if (bin != last_update_bin) {
      last_update_bin = bin;
      sent = EndBin();
    } else {
      show_();
    }
  }
  if (sent && rig_.is_done()) EndBin();
  // A stream that broke keeps its own status, which says why.
  if (rig_.is_done()) stream_->Cancel();
  reader.thread.join();
  return rig_.is_done();
}

}  // namespace efferent

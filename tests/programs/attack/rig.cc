#include "tests/programs/attack/rig.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace efferent::test {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kSpeed = 0.1;                         // m/s, towards the target
constexpr double kMeanRateHz = 50.0, kDepthHz = 40.0;  // cosine tuning
constexpr int kBinsPerTrial = 150;
constexpr std::uint64_t kNoWhim = 1'000;
// A busy machine may delay this process by as much without its own clock noticing.
constexpr std::chrono::milliseconds kWayToHere{300};
constexpr std::chrono::seconds kRemember{5};
// What is caught up more slowly stays as late for so long that the server takes it for a pause (docs/guides/safety.md):
// the machine is too busy for this to say anything.
constexpr std::chrono::milliseconds kQuickCatchUp{150};
constexpr std::uint64_t kBacklog = 10;

}  // namespace

Rig::Rig(const std::string& address, std::string id, v1::SessionConfig config, unsigned seed)
    : id_(std::move(id)),
      num_channels_(config.num_channels()),
      width_ns_(config.bin_width_ns()),
      random_(seed),
      clients_(address),
      began_(Clock::now()),
      last_decoded_(began_) {
  config.mutable_watchdog()->set_stop_after_ns(std::chrono::nanoseconds(kStopAfter).count());
  // However slow this machine is: what is late is counted, and that is all.
  config.mutable_timing()->set_deadline_ns(10'000'000'000);
  const grpc::Status status = clients_.Create(id_, config);
  EXPECT_TRUE(status.ok()) << status.error_message();
  source_ = clients_.Acquire(id_, /*return_commands=*/false, num_channels_);
  arm_ = clients_.Arm(id_);
  ack_thread_ = std::thread([this] { ReadAcks(); });
  arm_thread_ = std::thread([this] { RunArm(); });
  source_thread_ = std::thread([this] { RunSource(); });
}

Rig::~Rig() {
  is_over_ = true;
  source_->Cancel();
  arm_->Cancel();
  if (source_thread_.joinable()) source_thread_.join();
  ack_thread_.join();
  arm_thread_.join();
}

ArmLog Rig::TakeArmLog() {
  const std::lock_guard lock(mutex_);
  if (!is_stalled_) {
    log_.longest_gap_s =
        std::max(log_.longest_gap_s, Seconds(Clock::now() - last_decoded_).count());
  }
  return std::exchange(log_, {});
}

SentChunks Rig::Finish() {
  is_over_ = true;
  source_thread_.join();
  EXPECT_TRUE(Eventually([this] { return num_acks_ == num_messages_; }))
      << id_ << ": " << num_acks_ << " of " << num_messages_ << " are acknowledged";
  const std::lock_guard lock(mutex_);
  return sent_;
}

std::string Rig::how_it_ended() {
  const std::lock_guard lock(mutex_);
  return how_it_ended_;
}

void Rig::NoteLateness(Clock::duration late, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (late < own_lateness_ && now < own_lateness_at_ + kRemember) return;
  own_lateness_ = late;
  own_lateness_at_ = now;
}

void Rig::RunSource() {
  bool is_behind = false;
  Clock::time_point released_at{};
  for (std::uint64_t number = 1; !is_over_; ++number) {
    while (is_held_ && !is_over_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      is_behind = true;
      released_at = Clock::now();
    }
    // The first and the last are always there, so that the numbers say what was sent.
    const std::uint64_t whim = number == 1 || is_over_ ? kNoWhim : random_() % 300;
    const std::uint64_t last = whim < 2 ? number + 1 : number;
    const Clock::time_point due = DueTime(last), before = Clock::now();
    if (before < due) {
      std::this_thread::sleep_until(due);
      NoteLateness(Clock::now() - due, Clock::now());
      is_behind = false;
    } else if (!is_behind || before > released_at + kQuickCatchUp) {
      NoteLateness(before - due, before);
    }
    SendBin(last);
    if (whim == 1) SendBin(number);
    if (whim == 2) SendBin(last);
    const std::lock_guard lock(mutex_);
    sent_.omitted += whim == 0;
    sent_.late += whim == 1;
    sent_.duplicates += whim == 2;
    sent_.numbers = number = last;
  }
}

void Rig::SendBin(std::uint64_t number) {
  double x = 0.0, y = 0.0;
  {
    const std::lock_guard lock(mutex_);
    x = target_m_[0] - hand_m_[0];
    y = target_m_[1] - hand_m_[1];
  }
  const double distance = std::max(1e-6, std::hypot(x, y)), drive = std::min(1.0, distance / 0.01);
  v1::StreamAcquisitionRequest request;
  v1::AcquisitionChunk& chunk = *request.mutable_chunk();
  chunk.set_sequence_number(number);
  chunk.set_complete_until_ns(static_cast<std::int64_t>(number) * width_ns_);
  v1::SpikeCounts& counts = *chunk.mutable_spike_counts();
  counts.set_start_time_ns(static_cast<std::int64_t>(number - 1) * width_ns_);
  counts.set_bin_width_ns(width_ns_);
  for (std::uint32_t channel = 0; channel < num_channels_; ++channel) {
    const double preferred = 2.0 * M_PI * channel / num_channels_;
    const double tuned = drive * (x * std::cos(preferred) + y * std::sin(preferred)) / distance;
    std::poisson_distribution<int> spikes((kMeanRateHz + kDepthHz * tuned) * 1e-9 *
                                          static_cast<double>(width_ns_));
    counts.add_counts(static_cast<float>(spikes(random_)));
  }
  ++num_messages_;
  source_->Write(request);
}

void Rig::ReadAcks() {
  Clock::time_point behind_since{};  // 0: it is not
  while (source_->Read()) {
    const std::uint64_t backlog = num_messages_ - ++num_acks_;
    const Clock::time_point now = Clock::now();
    if (backlog < kBacklog) {
      behind_since = {};
    } else if (behind_since == Clock::time_point{}) {
      behind_since = now;
    } else if (now > behind_since + kQuickCatchUp) {
      NoteLateness(std::chrono::nanoseconds(static_cast<std::int64_t>(backlog) * width_ns_), now);
    }
  }
  if (is_over_) return;
  const grpc::Status status = source_->Finish();
  const std::lock_guard lock(mutex_);
  how_it_ended_ += "source of " + id_ + ": " + std::to_string(status.error_code()) + " " +
                   status.error_message() + "; ";
}

void Rig::RunArm() {
  while (const auto response = arm_->Read()) {
    const v1::Command& command = response->command();
    TakeCommand(command, Clock::now());
    const auto bin = static_cast<int>(command.bin_index());
    v1::StreamArmRequest request = ArmUpdateAt(command.bin_stop_time_ns());
    if (bin % kBinsPerTrial == 0 && command.status() == v1::COMMAND_STATUS_DECODED) {
      const auto trial = static_cast<std::uint32_t>(bin / kBinsPerTrial);
      AddTrialEvent(&request,
                    trial % 2 == 0 ? v1::TRIAL_EVENT_KIND_START : v1::TRIAL_EVENT_KIND_STOP,
                    trial / 2, "reach");
    }
    {
      const std::lock_guard lock(mutex_);
      if (bin % kBinsPerTrial == 0) {
        const double angle = 0.25 * M_PI * (bin / kBinsPerTrial);
        target_m_[0] = 0.08 * std::cos(angle);
        target_m_[1] = 0.08 * std::sin(angle);
      }
      v1::ArmUpdate& update = *request.mutable_update();
      for (int i = 0; i < 2; ++i) {
        const double v = command.velocity_m_s_size() > i ? command.velocity_m_s(i) : 0.0;
        hand_m_[i] = std::clamp(hand_m_[i] + v * 1e-9 * static_cast<double>(width_ns_), -0.2, 0.2);
        update.mutable_state()->set_position_m(i, hand_m_[i]);
        update.mutable_state()->set_velocity_m_s(i, v);
        update.mutable_target()->set_position_m(i, target_m_[i]);
      }
    }
    if (!arm_->Write(request)) break;
  }
  if (is_over_) return;
  const grpc::Status status = arm_->Finish();
  const std::lock_guard lock(mutex_);
  how_it_ended_ += "arm of " + id_ + ": " + std::to_string(status.error_code()) + " " +
                   status.error_message() + "; ";
}

void Rig::TakeCommand(const v1::Command& command, Clock::time_point now) {
  if (command.status() != v1::COMMAND_STATUS_DECODED) return;
  const Clock::duration age = now - began_ - std::chrono::nanoseconds(command.bin_stop_time_ns());
  const std::lock_guard lock(mutex_);
  ++log_.decoded;
  ++num_decoded_;
  log_.oldest_s = std::max(log_.oldest_s, Seconds(age).count());
  if (age > kStopAfter + kWayToHere + 2 * own_lateness_) ++log_.stale;
  if (!is_stalled_) {
    log_.longest_gap_s = std::max(log_.longest_gap_s, Seconds(now - last_decoded_).count());
  }
  last_decoded_ = now;
}

}  // namespace efferent::test

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "tests/service/service_fixture.h"

namespace efferent::test {

/// What a source has sent, to be held against what the server counts.
struct SentChunks {
  std::uint64_t numbers = 0;     ///< Highest sequence number.
  std::uint64_t omitted = 0;     ///< Numbers that were never sent.
  std::uint64_t late = 0;        ///< Sent after the next one.
  std::uint64_t duplicates = 0;  ///< Sent twice.
};

/// What came to an arm.
struct ArmLog {
  std::uint64_t decoded = 0;
  std::uint64_t stale =
      0;  ///< DECODED, older than Rig::kStopAfter and what this machine was late itself.
  double oldest_s = 0.0;       ///< The oldest bin that moved the arm.
  double longest_gap_s = 0.0;  ///< Without DECODED, stalls not counted.
};

/// A simulated brain and a simulated arm, closed loop, in real time by the clock of this machine, which waits
/// for nobody: when it has stood still it sends at once all that it owes. One chunk in a hundred is left out, sent
/// late or sent twice. A stream that breaks stays broken: `how_it_ended` says why.
class Rig {
 public:
  static constexpr std::chrono::milliseconds kStopAfter{100};

  /// Creates session `id`.
  Rig(const std::string& address, std::string id, v1::SessionConfig config, unsigned seed);
  ~Rig();

  const std::string& id() const { return id_; }

  /// The source sends nothing while it is held.
  void Hold(bool held) { is_held_ = held; }
  /// Somebody stands still, or has until just now: silence is not the server's.
  void SetStalled(bool stalled) { is_stalled_ = stalled; }

  /// DECODED commands that have come, ever.
  std::uint64_t num_decoded() const { return num_decoded_; }
  ArmLog TakeArmLog();
  /// Sends what is due and no more; returns when all is acknowledged.
  SentChunks Finish();
  /// Empty while both streams live.
  std::string how_it_ended();

 private:
  using Clock = std::chrono::steady_clock;

  void RunSource();
  void SendBin(std::uint64_t number);
  void ReadAcks();
  void RunArm();
  void TakeCommand(const v1::Command& command, Clock::time_point now);
  Clock::time_point DueTime(std::uint64_t number) const {
    return began_ + std::chrono::nanoseconds(static_cast<std::int64_t>(number) * width_ns_);
  }
  void NoteLateness(Clock::duration late, Clock::time_point now);

  const std::string id_;
  const std::uint32_t num_channels_;
  const std::int64_t width_ns_;
  std::mt19937_64 random_;
  Clients clients_;
  std::unique_ptr<AcquisitionCall> source_;
  std::unique_ptr<ArmCall> arm_;
  const Clock::time_point began_;

  std::atomic<bool> is_held_ = false, is_stalled_ = false, is_over_ = false;
  std::atomic<std::uint64_t> num_messages_ = 0, num_acks_ = 0, num_decoded_ = 0;
  std::mutex mutex_;
  double hand_m_[2] = {0.0, 0.0}, target_m_[2] = {0.08, 0.0};
  SentChunks sent_;
  ArmLog log_;
  std::string how_it_ended_;
  Clock::duration own_lateness_{};  // the longest of late, for kRemember
  Clock::time_point own_lateness_at_{};
  Clock::time_point last_decoded_;
  std::thread source_thread_, ack_thread_, arm_thread_;
};

}  // namespace efferent::test

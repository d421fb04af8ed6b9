#include "tests/programs/stall_trial.h"

#include <signal.h>

#include <chrono>
#include <cmath>
#include <optional>
#include <thread>

#include "clients/session/acquisition_stream.h"
#include "clients/session/arm_stream.h"
#include "clients/session/session_client.h"
#include "tests/programs/tcp_proxy.h"

namespace efferent::test {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::int64_t kBinNs = 20'000'000;
constexpr std::uint32_t kChannels = 8;
constexpr double kMetresPerCount = 0.02;
constexpr const char* kSession = "stall";

v1::SessionConfig Config(std::int64_t stop_after_ns) {
  v1::SessionConfig config;
  config.set_num_channels(kChannels);
  config.set_bin_width_ns(kBinNs);
  config.mutable_features()->set_normalize(false);
  v1::KalmanConfig& kalman = *config.mutable_decoder()->mutable_kalman();
  for (int i = 0; i < 4; ++i) kalman.add_m1(0.0);
  for (std::uint32_t i = 0; i < 2 * kChannels; ++i) kalman.add_m2(i == 0 ? kMetresPerCount : 0.0);
  kalman.add_m0(-5.0 * kMetresPerCount);
  kalman.add_m0(0.0);
  config.mutable_learning()->set_enabled(false);
  config.mutable_watchdog()->set_stop_after_ns(stop_after_ns);
  return config;
}

/// Counts around 5, each channel at a phase of its own; the first one is decoded.
v1::AcquisitionChunk Bin(std::uint64_t bin) {
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(bin + 1);
  chunk.set_complete_until_ns(static_cast<std::int64_t>(bin + 1) * kBinNs);
  v1::SpikeCounts& counts = *chunk.mutable_spike_counts();
  counts.set_start_time_ns(static_cast<std::int64_t>(bin) * kBinNs);
  counts.set_bin_width_ns(kBinNs);
  const double phase = M_PI * static_cast<double>(bin * kBinNs) * 1e-9;
  for (std::uint32_t channel = 0; channel < kChannels; ++channel) {
    counts.add_counts(static_cast<float>(std::round(5.0 + 4.0 * std::sin(phase + channel))));
  }
  return chunk;
}

/// Waits for `time`, or until the stall is over if it falls into it.
struct Stall {
  Clock::time_point begins, ends;
  bool Holds(Clock::time_point time) const { return time >= begins && time < ends; }
  void SleepUntil(Clock::time_point time) const {
    std::this_thread::sleep_until(Holds(time) ? ends : time);
  }
};

void StandStill(const StallParams& params, const Stall& stall, int server_process_id,
                TcpProxy* network) {
  std::this_thread::sleep_until(stall.begins);
  if (params.who == Staller::kServer) kill(server_process_id, SIGSTOP);
  if (params.who == Staller::kNetwork) network->Cut(TcpProxy::Direction::kBoth);
  std::this_thread::sleep_until(stall.ends);
  if (params.who == Staller::kServer) kill(server_process_id, SIGCONT);
  if (params.who == Staller::kNetwork) network->Mend();
}

}  // namespace

StallResult RunStall(const StallParams& params, const std::string& address, int server_process_id) {
  TcpProxy network(address);
  const ServerConnection direct(address), through_network(network.address());
  SessionClient sessions(direct);
  sessions.Create(kSession, Config(params.stop_after_ns));
  v1::AcquisitionOpen open;
  open.set_session_id(kSession);
  open.set_num_channels(kChannels);
  AcquisitionStream source(through_network, open);
  ArmStream arm(direct, kSession);

  const Clock::time_point began = Clock::now();
  const auto after = [began](double seconds) {
    return began + std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
  };
  const Stall stall{after(params.before_s), after(params.before_s + params.stall_s)};
  const Clock::time_point end = after(params.before_s + params.stall_s + params.after_s);

  StallResult result;
  std::thread arm_thread([&] {
    while (const auto command = arm.ReadCommand()) {
      const Clock::time_point now = Clock::now();
      const double age_s =
          Seconds(now - began).count() - static_cast<double>(command->bin_stop_time_ns()) * 1e-9;
      result.commands.push_back({Seconds(now - stall.begins).count(), age_s, command->status(),
                                 command->velocity_m_s(0)});
      if (params.who == Staller::kArm && stall.Holds(now)) stall.SleepUntil(now);
    }
  });
  std::thread acknowledgements([&] {
    while (source.ReadAck()) {
    }
  });
  std::thread source_thread([&] {
    while (true) {
      const Clock::time_point due =
          began + std::chrono::nanoseconds(static_cast<std::int64_t>(result.num_bins + 1) * kBinNs);
      if (due > end) break;
      if (params.who == Staller::kSource) {
        stall.SleepUntil(due);
      } else {
        std::this_thread::sleep_until(due);
      }
      if (!source.WriteChunk(Bin(result.num_bins))) break;
      ++result.num_bins;
    }
    source.WritesDone();
  });
  StandStill(params, stall, server_process_id, &network);
  source_thread.join();
  acknowledgements.join();
  result.session = sessions.Get(kSession);
  sessions.End(kSession);
  arm_thread.join();
  return result;
}

}  // namespace efferent::test

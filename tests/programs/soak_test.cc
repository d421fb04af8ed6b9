// Memory is flat, however long a session runs. With EFFERENT_SOAK set: 10^6 bins.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/process_view.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

constexpr int kBinsPerChunk = 50;

/// Bins that learn, with trials, watched and with an arm: all that could pile up.
class Soak : public testing::Test {
 protected:
  void SetUp() override {
    v1::SessionConfig config = SmallConfig();
    config.mutable_decoder()->mutable_snn()->set_num_neurons(32);
    ASSERT_TRUE(clients_.Create("s", config).ok());
    acquisition_ = clients_.Acquire("s", /*return_commands=*/true);
  }
  void SendChunk(std::uint64_t n) {
    v1::AcquisitionChunk chunk;
    const auto stop_ns = static_cast<std::int64_t>(n) * kBinsPerChunk * kWidth;
    chunk.set_sequence_number(n);
    chunk.set_complete_until_ns(stop_ns);
    for (int bin = 0; bin < kBinsPerChunk; ++bin) {
      const std::int64_t start_ns = stop_ns - (kBinsPerChunk - bin) * kWidth;
      for (std::uint32_t channel = 0; channel < kChannels; ++channel) {
        for (int spikes = num_spikes_(random_); spikes > 0; --spikes) {
          chunk.mutable_spike_events()->add_channel(channel);
          chunk.mutable_spike_events()->add_time_ns(start_ns + channel);
        }
      }
      const auto behavior = ArmUpdateAt(start_ns, place_m_(random_)).update();
      v1::BehaviorSample* sample = chunk.add_behavior();
      *sample->mutable_arm_state() = behavior.state();
      sample->mutable_arm_state()->set_position_m(1, place_m_(random_));
      *sample->mutable_target() = behavior.target();
    }
    v1::TrialEvent* event = chunk.add_trial_events();
    event->set_time_ns(stop_ns - kWidth);
    event->set_kind(n % 2 ? v1::TRIAL_EVENT_KIND_START : v1::TRIAL_EVENT_KIND_STOP);
    event->set_trial_index(static_cast<std::uint32_t>(n / 2));
    ASSERT_TRUE(Send(acquisition_.get(), chunk));
    // What the arm and the watcher are sent is taken, and what the arm says.
    ASSERT_TRUE(arm_->Write(ArmUpdateAt(stop_ns)));
  }

  std::mt19937 random_{1};
  std::poisson_distribution<int> num_spikes_{0.3};
  std::uniform_real_distribution<double> place_m_{-0.1, 0.1};
  RunningServer server_;
  Clients clients_{server_.address()};
  std::unique_ptr<AcquisitionCall> acquisition_;
  std::unique_ptr<ArmCall> arm_;
};

TEST_F(Soak, MemoryIsFlat) {
  const int num_bins = std::getenv("EFFERENT_SOAK") ? 1'000'000 : 20'000;
  const auto num_chunks = static_cast<std::uint64_t>(num_bins / kBinsPerChunk);
  arm_ = clients_.Arm("s");
  auto watch = clients_.Watch("s");
  std::thread arm_reader([&] {
    while (arm_->Read()) {
    }
  });
  std::thread watch_reader([&] {
    while (watch->Read()) {
    }
  });
  std::uint64_t n = 0;
  while (n < num_chunks / 5 && !HasFatalFailure()) SendChunk(++n);
  const ProcessView before = LookAtProcess(server_.process_id());
  while (n < num_chunks && !HasFatalFailure()) SendChunk(++n);
  const ProcessView after = LookAtProcess(server_.process_id());

  const v1::Session session = clients_.Get("s").value();
  EXPECT_EQ(session.statistics().decoded_bin_count(), static_cast<std::uint64_t>(num_bins));
  EXPECT_EQ(session.statistics().missed_bin_count(), 0u);
  EXPECT_EQ(session.statistics().fault_count(), 0u);
  // Not from those in which the arm happens to be at the target.
  EXPECT_GT(session.statistics().learned_bin_count(),
            static_cast<std::uint64_t>(num_bins / 10 * 9));
  std::printf("%d bins: resident %.1f MB, %+.2f MB since a fifth of them; threads %d to %d\n",
              num_bins, 1e-6 * static_cast<double>(after.resident_bytes),
              1e-6 * static_cast<double>(after.resident_bytes - before.resident_bytes),
              before.threads, after.threads);
  if (!ProgramsAreSanitized()) {
    EXPECT_LT(after.resident_bytes - before.resident_bytes, 4 << 20);
  }
  EXPECT_EQ(after.open_files, before.open_files);
  arm_->Cancel();
  watch->Cancel();
  arm_reader.join();
  watch_reader.join();
}

}  // namespace
}  // namespace efferent::test

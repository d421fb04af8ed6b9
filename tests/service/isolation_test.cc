// Sessions do not touch one another, and equal inputs give equal commands.
#include <cmath>
#include <latch>
#include <limits>

#include "tests/concurrency/probe_decoder.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Isolation = ServiceTest;

std::vector<std::string> RunSession(Clients* clients, const std::string& id) {
  EXPECT_TRUE(clients->Create(id, SmallConfig()).ok());
  auto acquisition = clients->Acquire(id, /*return_commands=*/true);
  std::vector<std::string> commands;
  for (std::uint64_t n = 1; n <= 200; ++n) {
    v1::AcquisitionChunk chunk = OneBin(n);
    for (std::uint64_t spike = 0; spike < n % 7; ++spike) {
      chunk.mutable_spike_events()->add_channel(
          static_cast<std::uint32_t>((n + spike) % kChannels));
      chunk.mutable_spike_events()->add_time_ns(static_cast<std::int64_t>(n) * kWidth - kWidth / 3);
    }
    const v1::StreamArmRequest state =
        ArmUpdateAt(static_cast<std::int64_t>(n - 1) * kWidth, 0.001 * static_cast<double>(n % 50));
    *chunk.add_behavior()->mutable_arm_state() = state.update().state();
    *chunk.mutable_behavior(0)->mutable_target() = state.update().target();
    const auto ack = Send(acquisition.get(), chunk);
    if (!ack) return commands;
    commands.push_back(ack->commands(0).SerializeAsString());
  }
  return commands;
}

TEST_F(Isolation, EqualInputsGiveEqualCommandsBitForBit) {
  const auto first = RunSession(&clients_, "first");
  const auto second = RunSession(&clients_, "second");
  EXPECT_EQ(first.size(), 200u);
  EXPECT_EQ(first, second);
  EXPECT_EQ(clients_.Get("second")->statistics().learned_bin_count(), 200u);
}

TEST_F(Isolation, BadStreamLeavesTheOtherSessionAlone) {
  CreateSmall("good");
  CreateSmall("bad");
  auto good = clients_.Acquire("good");
  auto bad = clients_.Acquire("bad");
  ASSERT_TRUE(Send(good.get(), OneBin(1)));
  EXPECT_FALSE(Send(bad.get(), OneBin(0)));
  EXPECT_TRUE(Send(good.get(), OneBin(2)));
  EXPECT_EQ(clients_.Get("good")->statistics().stopped_count(), 0u);
}

/// A decoder whose results stop being numbers.
class BrokenDecoder final : public Decoder {
 public:
  std::string_view name() const override { return "broken"; }
  Vec3 Decode(const Eigen::VectorXf&) noexcept override {
    return Vec3::Constant(std::numeric_limits<double>::quiet_NaN());
  }
  void Learn(const std::optional<Vec3>&) noexcept override {}
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder&) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  std::unique_ptr<Decoder> Clone() const override { return std::make_unique<BrokenDecoder>(); }
};

TEST(BrokenDecoding, IsAFaultWithZeroVelocityAndFreezesLearning) {
  Server server(OnAFreePort(), {}, std::make_shared<LogEvents>(),
                [](const auto&, const auto&) { return std::make_unique<BrokenDecoder>(); });
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  auto acquisition = clients.Acquire("s", /*return_commands=*/true);
  const auto ack = Send(acquisition.get(), OneBin(1));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->commands(0).status(), v1::COMMAND_STATUS_FAULT);
  EXPECT_EQ(ack->commands(0).velocity_m_s(0), 0.0);
  EXPECT_EQ(clients.Get("s")->statistics().fault_count(), 1u);
  EXPECT_FALSE(clients.Get("s")->learning_enabled());
}

TEST(HangingLearning, DoesNotKeepTheArmFromBeingStoppedNorTheServerFromServing) {
  std::latch let_go(1);
  Server server(
      OnAFreePort(), {}, std::make_shared<LogEvents>(),
      [&](const DecoderParams& decoder, const DecoderShape& shape) -> std::unique_ptr<Decoder> {
        if (shape.num_channels != kChannels) return MakeDecoder(decoder, shape);
        return std::make_unique<ProbeDecoder>(std::make_shared<Diary>(), [&] { let_go.wait(); });
      });
  Clients clients(server.address());
  v1::SessionConfig config = SmallConfig();
  config.mutable_watchdog()->set_hold_after_ns(10'000'000);
  config.mutable_watchdog()->set_stop_after_ns(50'000'000);
  ASSERT_TRUE(clients.Create("hangs", config).ok());
  auto arm = clients.Arm("hangs");
  auto acquisition = clients.Acquire("hangs");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));  // acknowledged: what hangs is its learning
  EXPECT_TRUE(ReadUntil(arm.get(), [](const v1::Command& command) {
    return command.status() == v1::COMMAND_STATUS_STOPPED;
  }));

  config.set_num_channels(kChannels + 1);
  ASSERT_TRUE(clients.Create("works", config).ok());
  EXPECT_TRUE(clients.Get("hangs"));
  let_go.count_down();
}

}  // namespace
}  // namespace efferent::test

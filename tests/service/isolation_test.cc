// Sessions do not touch one another, and equal inputs give equal commands.
#include <atomic>
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
  // The last bin's learning follows its acknowledgement.
  EXPECT_TRUE(
      Eventually([&] { return clients_.Get("second")->statistics().learned_bin_count() == 200u; }));
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

/// Bins `first` to `last` of a session in real time, each decoded and acknowledged with a command.
void ExpectGoesOn(AcquisitionCall* call, std::uint32_t num_channels, std::uint64_t first,
                  std::uint64_t last) {
  for (std::uint64_t n = first; n <= last; ++n) {
    v1::AcquisitionChunk chunk = OneBin(n);
    chunk.mutable_spike_events()->set_channel(0, num_channels - 1);
    const auto ack = Send(call, chunk);
    ASSERT_TRUE(ack);
    ASSERT_EQ(ack->commands_size(), 1);
    EXPECT_EQ(ack->commands(0).status(), v1::COMMAND_STATUS_DECODED);
    EXPECT_EQ(ack->commands(0).bin_index(), n - 1);
  }
}

/// A decoder whose results stop being numbers.
class BrokenDecoder final : public Decoder {
 public:
  std::string_view name() const override { return "broken"; }
  TaskVector Decode(const Eigen::VectorXf&) noexcept override {
    return TaskVector::Constant(std::numeric_limits<double>::quiet_NaN());
  }
  void Learn(const std::optional<TaskVector>&) noexcept override {}
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder&) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
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
  std::atomic<bool> hangs = false;  // not yet while the session is tried out
  Server server(
      OnAFreePort(), {}, std::make_shared<LogEvents>(),
      [&](const DecoderParams& decoder, const DecoderShape& shape) -> std::unique_ptr<Decoder> {
        if (shape.num_channels != kChannels) return MakeDecoder(decoder, shape);
        return std::make_unique<ProbeDecoder>(std::make_shared<Diary>(), [&] {
          if (hangs) let_go.wait();
        });
      });
  Clients clients(server.address());
  v1::SessionConfig config = SmallConfig();
  config.mutable_watchdog()->set_hold_after_ns(10'000'000);
  config.mutable_watchdog()->set_stop_after_ns(50'000'000);
  config.mutable_timing()->set_real_time(true);
  ASSERT_TRUE(clients.Create("hangs", config).ok());
  hangs = true;
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

/// Decodes nothing until it is let go, once it is told to hang.
class HangingDecoder final : public Decoder {
 public:
  struct Switch {
    std::atomic<bool> hangs = false;
    std::latch let_go{1};
  };
  explicit HangingDecoder(std::shared_ptr<Switch> hang) : hang_(std::move(hang)) {}

  std::string_view name() const override { return "hanging"; }
  TaskVector Decode(const Eigen::VectorXf&) noexcept override {
    if (hang_->hangs) hang_->let_go.wait();
    return TaskVector();
  }
  void Learn(const std::optional<TaskVector>&) noexcept override {}
  void ResetActivity() noexcept override {}
  void CopyWeightsFrom(const Decoder&) noexcept override {}
  void ForgetEvidence() noexcept override {}
  bool IsHealthy() const noexcept override { return true; }
  void VisitState(StateVisitor& /*visitor*/) override {}
  std::unique_ptr<Decoder> Clone() const override {
    return std::make_unique<HangingDecoder>(hang_);
  }

 private:
  std::shared_ptr<Switch> hang_;
};

/// Sessions of kChannels have a bad decoder, those of one channel more a real one; all are in real
/// time if `GetParam`, else the good ones only.
class BadDecoder : public testing::TestWithParam<bool> {
 protected:
  using Make = std::function<std::unique_ptr<Decoder>()>;
  explicit BadDecoder(Make make_bad)
      : server_(OnAFreePort(), {}, std::make_shared<LogEvents>(),
                [make_bad](const DecoderParams& decoder, const DecoderShape& shape) {
                  return shape.num_channels == kChannels ? make_bad() : MakeDecoder(decoder, shape);
                }),
        clients_(server_.address()) {}

  static v1::SessionConfig Config(bool real_time, std::uint32_t num_channels) {
    v1::SessionConfig config = SmallConfig();
    config.set_num_channels(num_channels);
    config.mutable_timing()->set_real_time(real_time);
    config.mutable_timing()->set_deadline_ns(10'000'000'000);
    config.mutable_watchdog()->set_hold_after_ns(10'000'000);
    config.mutable_watchdog()->set_stop_after_ns(50'000'000);
    return config;
  }
  void SetUp() override {
    ASSERT_TRUE(clients_.Create("bad", Config(GetParam(), kChannels)).ok());
    v1::SessionConfig good = Config(true, kGoodChannels);
    good.mutable_watchdog()->set_stop_after_ns(60'000'000'000);
    ASSERT_TRUE(clients_.Create("good", good).ok());
  }
  void ExpectGoodOneUntouched(std::uint64_t num_bins) {
    const auto statistics = clients_.Get("good")->statistics();
    EXPECT_EQ(statistics.decoded_bin_count(), num_bins);
    EXPECT_EQ(statistics.missed_bin_count(), 0u);
    EXPECT_EQ(statistics.fault_count(), 0u);
    EXPECT_EQ(statistics.missed_deadline_count(), 0u) << "10 s";
  }

  static constexpr std::uint32_t kGoodChannels = kChannels + 1;
  Server server_;
  Clients clients_;
};

class HangingDecoding : public BadDecoder {
 protected:
  explicit HangingDecoding(
      std::shared_ptr<HangingDecoder::Switch> hang = std::make_shared<HangingDecoder::Switch>())
      : BadDecoder([hang] { return std::make_unique<HangingDecoder>(hang); }), hang_(hang) {}
  ~HangingDecoding() override { hang_->let_go.count_down(); }

  std::shared_ptr<HangingDecoder::Switch> hang_;
};

TEST_P(HangingDecoding, StopsItsOwnArmAndHoldsNobodyUp) {
  auto arm = clients_.Arm("bad");
  auto bad = clients_.Acquire("bad");
  auto good = clients_.Acquire("good", /*return_commands=*/true, kGoodChannels);
  ASSERT_TRUE(Send(bad.get(), OneBin(1)));
  ExpectGoesOn(good.get(), kGoodChannels, 1, 20);
  hang_->hangs = true;
  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = OneBin(2);
  ASSERT_TRUE(bad->Write(request));
  if (GetParam()) {  // the others do not go by the clock
    const auto stopped = ReadUntil(arm.get(), [](const v1::Command& command) {
      return command.status() == v1::COMMAND_STATUS_STOPPED;
    });
    ASSERT_TRUE(stopped);
    EXPECT_EQ(stopped->bin_index(), 0u);
    EXPECT_EQ(stopped->velocity_m_s(0), 0.0);
  }
  ExpectGoesOn(good.get(), kGoodChannels, 21, 120);
  ExpectGoodOneUntouched(120);
}

TEST_P(HangingDecoding, SessionCanBeEndedAndItsIdUsedAgain) {
  auto arm = clients_.Arm("bad");
  auto bad = clients_.Acquire("bad");
  ASSERT_TRUE(Send(bad.get(), OneBin(1)));
  hang_->hangs = true;
  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = OneBin(2);
  ASSERT_TRUE(bad->Write(request));
  ASSERT_TRUE(clients_.End("bad").ok());
  EXPECT_TRUE(ReadUntil(arm.get(), [](const v1::Command& command) {
    return command.status() == v1::COMMAND_STATUS_STOPPED;
  }));
  EXPECT_TRUE(arm->Finish().ok());
  EXPECT_TRUE(bad->Finish().ok());
  ASSERT_TRUE(clients_.Create("bad", Config(true, kGoodChannels)).ok());
  auto good = clients_.Acquire("bad", /*return_commands=*/true, kGoodChannels);
  ExpectGoesOn(good.get(), kGoodChannels, 1, 20);
}

class DecodingOfNoNumbers : public BadDecoder {
 protected:
  DecodingOfNoNumbers() : BadDecoder([] { return std::make_unique<BrokenDecoder>(); }) {}
};

TEST_P(DecodingOfNoNumbers, IsAFaultBinByBinInItsOwnSessionOnly) {
  auto bad = clients_.Acquire("bad", /*return_commands=*/true);
  auto good = clients_.Acquire("good", /*return_commands=*/true, kGoodChannels);
  for (std::uint64_t n = 1; n <= 100; ++n) {
    const auto ack = Send(bad.get(), OneBin(n));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->commands(0).status(), v1::COMMAND_STATUS_FAULT);
    EXPECT_EQ(ack->commands(0).velocity_m_s(0), 0.0);
    ExpectGoesOn(good.get(), kGoodChannels, n, n);
  }
  EXPECT_EQ(clients_.Get("bad")->statistics().fault_count(), 100u);
  EXPECT_EQ(clients_.Get("bad")->statistics().decoded_bin_count(), 100u);
  ExpectGoodOneUntouched(100);
}

const auto kName = [](const auto& test) { return test.param ? "InRealTime" : "InTheBackground"; };
INSTANTIATE_TEST_SUITE_P(Sessions, HangingDecoding, testing::Bool(), kName);
INSTANTIATE_TEST_SUITE_P(Sessions, DecodingOfNoNumbers, testing::Bool(), kName);

}  // namespace
}  // namespace efferent::test

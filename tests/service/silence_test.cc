// The watchdog on the real clock: silence is held, decays, and stops.
#include <chrono>
#include <thread>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Silence = ServiceTest;

v1::SessionConfig Watched(std::int64_t hold_after_ms, std::int64_t stop_after_ms) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_watchdog()->set_hold_after_ns(hold_after_ms * 1'000'000);
  config.mutable_watchdog()->set_stop_after_ns(stop_after_ms * 1'000'000);
  config.mutable_timing()->set_real_time(true);
  return config;
}

TEST_F(Silence, IsHeldThenStopped) {
  ASSERT_TRUE(clients_.Create("s", Watched(20, 120)).ok());
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  std::vector<v1::CommandStatus> order;
  const auto stopped = ReadUntil(arm.get(), [&](const v1::Command& command) {
    if (order.empty() || order.back() != command.status()) order.push_back(command.status());
    return command.status() == v1::COMMAND_STATUS_STOPPED;
  });
  ASSERT_TRUE(stopped);
  EXPECT_EQ(order,
            (std::vector<v1::CommandStatus>{v1::COMMAND_STATUS_DECODED, v1::COMMAND_STATUS_HELD,
                                            v1::COMMAND_STATUS_STOPPED}));
  EXPECT_EQ(stopped->client_send_time_ns(), 0);
  EXPECT_EQ(clients_.Get("s")->statistics().held_count(), 1u);

  // The stream is alive: bins move the arm again, once it is clear that the source had paused and that
  // they are not old. A source in real time sends one each 10 ms.
  const auto status = [&] { return clients_.Get("s")->statistics().command_status(); };
  std::uint64_t number = 1;
  auto due = std::chrono::steady_clock::now();
  do {
    ASSERT_LT(number, 2'000u);
    std::this_thread::sleep_until(due += std::chrono::nanoseconds(kWidth));
    ASSERT_TRUE(Send(acquisition.get(), OneBin(++number)));
  } while (status() != v1::COMMAND_STATUS_DECODED);
  const auto moving = ReadUntil(arm.get(), [](const v1::Command& command) {
    return command.bin_index() >= 1 && command.status() == v1::COMMAND_STATUS_DECODED;
  });
  ASSERT_TRUE(moving);
  EXPECT_GE(moving->bin_index(), 20u) << "0.2 s";
  EXPECT_GE(clients_.Get("s")->statistics().stale_bin_count(), 19u);
}

// A client of a recording at full speed may be held up for as long as its machine likes.
TEST_F(Silence, ChangesNothingOutsideRealTimeThoughAWatchdogIsSet) {
  v1::SessionConfig config = Watched(10, 50);
  config.mutable_timing()->set_real_time(false);
  config.mutable_decoder()->mutable_snn()->set_output_leak(0.9);
  const auto commands_of = [&](const std::string& id, std::chrono::milliseconds held) {
    EXPECT_TRUE(clients_.Create(id, config).ok());
    auto call = clients_.Acquire(id, /*return_commands=*/true);
    std::vector<std::string> commands;
    for (std::uint64_t n = 1; n <= 300; ++n) {
      if (n % 100 == 0) std::this_thread::sleep_for(held);
      v1::AcquisitionChunk chunk = OneBin(n);
      v1::BehaviorSample& behavior = *chunk.add_behavior();
      behavior.mutable_arm_state()->set_time_ns(static_cast<std::int64_t>(n - 1) * kWidth);
      behavior.mutable_arm_state()->set_engaged(true);
      for (const double p : {0.0, 0.0}) behavior.mutable_arm_state()->add_position_m(p);
      for (const double p : {0.1, 0.0}) behavior.mutable_target()->add_position_m(p);
      const auto ack = Send(call.get(), chunk);
      if (!ack || ack->commands_size() != 1) break;
      commands.push_back(ack->commands(0).SerializeAsString());
    }
    EXPECT_EQ(clients_.Get(id)->statistics().held_count(), 0u);
    return commands;
  };
  const auto at_once = commands_of("at-once", std::chrono::milliseconds(0));
  EXPECT_EQ(at_once.size(), 300u);
  EXPECT_EQ(commands_of("held-up", std::chrono::milliseconds(400)), at_once);
}

TEST_F(Silence, BeforeTheFirstBinSaysNothing) {
  ASSERT_TRUE(clients_.Create("quiet", Watched(1, 2)).ok());
  ASSERT_TRUE(clients_.Create("s", Watched(1, 2)).ok());
  auto acquisition = clients_.Acquire("s");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  ASSERT_TRUE(Eventually([&] { return clients_.Get("s")->statistics().stopped_count() == 1; }));
  EXPECT_EQ(clients_.Get("quiet")->statistics().held_count(), 0u);
  EXPECT_EQ(clients_.Get("quiet")->statistics().stopped_count(), 0u);
}

}  // namespace
}  // namespace efferent::test

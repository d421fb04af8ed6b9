// The watchdog on the real clock: silence is held, decays, and stops.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Silence = ServiceTest;

v1::SessionConfig Watched(std::int64_t hold_after_ms, std::int64_t stop_after_ms) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_watchdog()->set_hold_after_ns(hold_after_ms * 1'000'000);
  config.mutable_watchdog()->set_stop_after_ns(stop_after_ms * 1'000'000);
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

  // The stream is alive: the next bin moves the arm again.
  ASSERT_TRUE(Send(acquisition.get(), OneBin(2)));
  EXPECT_TRUE(ReadUntil(arm.get(), [](const v1::Command& command) {
    return command.bin_index() == 1 && command.status() == v1::COMMAND_STATUS_DECODED;
  }));
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

// A subject, an arm and a watcher around one session.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using FirstLight = ServiceTest;

TEST_F(FirstLight, SpikesBecomeCommandsAndTheSessionLearns) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s", /*return_commands=*/true);
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(watch->Read()->has_statistics());

  for (std::uint64_t n = 1; n <= 50; ++n) {
    const auto time_ns = static_cast<std::int64_t>(n - 1) * kWidth;
    ASSERT_TRUE(arm->Write(ArmUpdateAt(time_ns)));
    // In lock step: the subject has seen the arm's state before it sends the bin.
    std::optional<v1::WatchSessionResponse> news;
    do {
      news = watch->Read();
      ASSERT_TRUE(news);
    } while (!news->has_arm_state() || news->arm_state().time_ns() < time_ns);
    EXPECT_EQ(news->target().radius_m(), 0.01);

    const auto ack = Send(acquisition.get(), OneBin(n));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->applied_sequence_number(), n);
    EXPECT_EQ(ack->decoded_until_ns(), static_cast<std::int64_t>(n) * kWidth);
    ASSERT_EQ(ack->commands_size(), 1);
    const auto command =
        ReadUntil(arm.get(), [&](const v1::Command& c) { return c.bin_index() == n - 1; });
    ASSERT_TRUE(command);
    EXPECT_EQ(command->status(), v1::COMMAND_STATUS_DECODED);
    EXPECT_EQ(command->client_send_time_ns(), 1'000 + static_cast<std::int64_t>(n));
    EXPECT_EQ(command->bin_stop_time_ns(), static_cast<std::int64_t>(n) * kWidth);
    EXPECT_EQ(command->velocity_m_s_size(), 2);
    EXPECT_EQ(command->velocity_m_s(0), ack->commands(0).velocity_m_s(0));
  }
  ASSERT_TRUE(
      Eventually([&] { return clients_.Get("s")->statistics().learned_bin_count() == 50; }));
  EXPECT_EQ(clients_.Get("s")->statistics().decoded_bin_count(), 50u);
}

}  // namespace
}  // namespace efferent::test

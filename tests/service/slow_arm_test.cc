// An arm that does not read gets the latest command when it does, and the number of those it
// missed.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using SlowArm = ServiceTest;

TEST_F(SlowArm, GetsTheLatestAndTheNumberSkipped) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  // Far more than the transport's buffers hold. 64 bins a chunk.
  constexpr std::uint64_t kBins = 64 * 600;
  for (std::uint64_t n = 1; n <= kBins / 64; ++n) {
    v1::AcquisitionChunk chunk;
    chunk.set_sequence_number(n);
    chunk.set_complete_until_ns(static_cast<std::int64_t>(n) * 64 * kWidth);
    ASSERT_TRUE(Send(acquisition.get(), chunk));
  }
  std::uint64_t taken = 0;
  const auto last = ReadUntil(arm.get(), [&](const v1::Command& command) {
    ++taken;
    return command.bin_index() == kBins - 1;
  });
  ASSERT_TRUE(last);
  EXPECT_EQ(taken + last->skipped_command_count(), kBins);
  EXPECT_GT(last->skipped_command_count(), 0u);
  EXPECT_EQ(clients_.Get("s")->statistics().skipped_command_count(), last->skipped_command_count());
}

TEST_F(SlowArm, ThatNeverReadsDoesNotKeepAnEndedSessionAlive) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  for (std::uint64_t n = 1; n <= 600; ++n) {
    v1::AcquisitionChunk chunk;
    chunk.set_sequence_number(n);
    chunk.set_complete_until_ns(static_cast<std::int64_t>(n) * 64 * kWidth);
    ASSERT_TRUE(Send(acquisition.get(), chunk));
  }
  const std::weak_ptr<Session> session = server_.sessions().Find("s");
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_TRUE(Eventually([&] { return session.expired(); }));
}

}  // namespace
}  // namespace efferent::test

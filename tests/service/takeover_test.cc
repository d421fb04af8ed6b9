// A newer stream takes over: a client that reconnects is not locked out by its own ghost.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Takeover = ServiceTest;

TEST_F(Takeover, OlderAcquisitionStreamIsAborted) {
  CreateSmall("s");
  auto older = clients_.Acquire("s");
  ASSERT_TRUE(Send(older.get(), OneBin(1)));
  auto newer = clients_.Acquire("s");
  EXPECT_EQ(older->Finish().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Send(newer.get(), OneBin(2)));
  // The older one's end did not stop the newer one's arm.
  EXPECT_EQ(clients_.Get("s")->statistics().stopped_count(), 0u);
  EXPECT_TRUE(clients_.Get("s")->acquisition_attached());
}

TEST_F(Takeover, OlderArmStreamIsAborted) {
  CreateSmall("s");
  auto older = clients_.Arm("s");
  auto newer = clients_.Arm("s");
  EXPECT_EQ(older->Finish().error_code(), grpc::StatusCode::ABORTED);
  auto acquisition = clients_.Acquire("s");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  EXPECT_TRUE(ReadUntil(newer.get(), [](const auto& c) { return c.bin_index() == 0; }));
  EXPECT_TRUE(clients_.Get("s")->arm_attached());
}

TEST_F(Takeover, ArmThatComesLateGetsTheCommandInForce) {
  CreateSmall("s");
  auto acquisition = clients_.Acquire("s");
  for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(Send(acquisition.get(), OneBin(n)));
  auto arm = clients_.Arm("s");
  const auto command = ReadUntil(arm.get(), [](const auto&) { return true; });
  ASSERT_TRUE(command);
  EXPECT_EQ(command->bin_index(), 2u);
  EXPECT_EQ(command->skipped_command_count(), 0u);
}

TEST_F(Takeover, ManyReconnectionsLeaveOneStream) {
  CreateSmall("s");
  std::vector<std::unique_ptr<AcquisitionCall>> calls;
  std::uint64_t n = 0;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(clients_.Acquire("s"));
    ASSERT_TRUE(Send(calls.back().get(), OneBin(++n)));
  }
  for (int i = 0; i < 19; ++i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)]->Finish().error_code(), grpc::StatusCode::ABORTED);
  }
  EXPECT_EQ(clients_.Get("s")->applied_sequence_number(), 20u);
}

}  // namespace
}  // namespace efferent::test

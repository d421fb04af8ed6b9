// A client that goes away: the arm is stopped at once, not when the watchdog's minute is over.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

class VanishedClient : public ServiceTest {
 protected:
  void SetUp() override {
    CreateSmall("s");
    arm_ = clients_.Arm("s");
    acquirer_ = std::make_unique<Clients>(server_.address());
    acquisition_ = acquirer_->Acquire("s");
    ASSERT_TRUE(Send(acquisition_.get(), OneBin(1)));
    ASSERT_TRUE(ReadUntil(arm_.get(),
                          [](const auto& c) { return c.status() == v1::COMMAND_STATUS_DECODED; }));
  }
  void ExpectStopped() {
    const auto stop = ReadUntil(
        arm_.get(), [](const auto& c) { return c.status() != v1::COMMAND_STATUS_DECODED; });
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->status(), v1::COMMAND_STATUS_STOPPED);
    EXPECT_EQ(stop->bin_index(), 0u);
    EXPECT_EQ(stop->velocity_m_s(0), 0.0);
    EXPECT_EQ(stop->velocity_m_s(1), 0.0);
    EXPECT_EQ(clients_.Get("s")->statistics().stopped_count(), 1u);
  }

  std::unique_ptr<ArmCall> arm_;
  std::unique_ptr<Clients> acquirer_;
  std::unique_ptr<AcquisitionCall> acquisition_;
};

TEST_F(VanishedClient, CancelledAcquisitionStopsTheArm) {
  acquisition_->Cancel();
  ExpectStopped();
}

TEST_F(VanishedClient, EndedAcquisitionStopsTheArm) {
  acquisition_->WritesDone();
  ExpectStopped();
  EXPECT_TRUE(acquisition_->Finish().ok());
}

TEST_F(VanishedClient, BadChunkStopsTheArm) {
  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = OneBin(0);
  acquisition_->Write(request);
  ExpectStopped();
}

TEST_F(VanishedClient, NextBinAfterReconnectingMovesTheArmAgain) {
  acquisition_->Cancel();
  ExpectStopped();
  acquisition_ = acquirer_->Acquire("s");
  ASSERT_TRUE(Send(acquisition_.get(), OneBin(2)));
  const auto command = ReadUntil(arm_.get(), [](const auto& c) { return c.bin_index() == 1; });
  ASSERT_TRUE(command);
  EXPECT_EQ(command->status(), v1::COMMAND_STATUS_DECODED);
}

TEST_F(VanishedClient, ArmThatVanishesTeachesNothingMore) {
  ASSERT_TRUE(arm_->Write(ArmUpdateAt(0)));
  std::uint64_t n = 1;
  ASSERT_TRUE(Eventually([&] {  // the update has arrived when a bin is learnt
    Send(acquisition_.get(), OneBin(++n));
    return clients_.Get("s")->statistics().learned_bin_count() > 0;
  }));
  arm_->Cancel();
  ASSERT_TRUE(Eventually([&] { return !clients_.Get("s")->arm_attached(); }));
  Send(acquisition_.get(), OneBin(++n));  // what was pending is learnt before this one
  const std::uint64_t learned = clients_.Get("s")->statistics().learned_bin_count();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Send(acquisition_.get(), OneBin(++n)));
  EXPECT_EQ(clients_.Get("s")->statistics().learned_bin_count(), learned);
}

}  // namespace
}  // namespace efferent::test

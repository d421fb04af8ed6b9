// The program that sends the spikes is stopped or killed while the arm moves.
#include <signal.h>

#include "tests/programs/live_source.h"

namespace efferent::test {
namespace {

class StoppedSource : public testing::Test {
 protected:
  void SetUp() override {
    arm_ = clients_.Arm("s");
    ASSERT_TRUE(Moves(arm_.get(), 20));
  }
  v1::Session Now() { return clients_.Get("s").value(); }

  RunningServer server_;
  LiveSource source_{server_.address()};
  Clients clients_{server_.address()};
  std::unique_ptr<ArmCall> arm_;
};

TEST_F(StoppedSource, IsHeldThenStoppedAndGoesOnWithTheNextBinWhenItIsContinued) {
  const std::uint64_t stopped_before = Now().statistics().stopped_count();
  ASSERT_EQ(kill(source_.program().process_id(), SIGSTOP), 0);
  const auto commands = ReadUntilStopped(arm_.get());
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(StatusesOfSilence(commands),
            (std::vector{v1::COMMAND_STATUS_HELD, v1::COMMAND_STATUS_STOPPED}));
  EXPECT_EQ(commands.back().velocity_m_s(0), 0.0);
  EXPECT_EQ(commands.back().velocity_m_s(1), 0.0);
  const v1::Session silent = Now();
  EXPECT_TRUE(silent.acquisition_attached()) << "its connection stands";
  EXPECT_EQ(silent.statistics().command_status(), v1::COMMAND_STATUS_STOPPED);
  EXPECT_EQ(silent.statistics().stopped_count(), stopped_before + 1);
  EXPECT_GE(silent.statistics().held_count(), silent.statistics().stopped_count());
  EXPECT_EQ(commands.back().bin_index() + 1, silent.statistics().decoded_bin_count());

  ASSERT_EQ(kill(source_.program().process_id(), SIGCONT), 0);
  const auto next = ReadUntil(arm_.get(), [](const auto&) { return true; });
  ASSERT_TRUE(next);
  EXPECT_EQ(next->status(), v1::COMMAND_STATUS_DECODED);
  EXPECT_GE(next->bin_index(), silent.statistics().decoded_bin_count());
  ASSERT_TRUE(Moves(arm_.get(), 20));
  const std::uint64_t num_acknowledged = source_.EndAndCountBins();
  const v1::Session session = Now();
  ExpectEveryChunkOnce(session);
  EXPECT_EQ(session.applied_sequence_number(), num_acknowledged);
}

TEST_F(StoppedSource, ThatIsKilledIsStoppedAndItsSuccessorGoesOnWithTheNextChunk) {
  source_.program().Kill();
  const auto commands = ReadUntilStopped(arm_.get());
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(commands.back().velocity_m_s(0), 0.0);
  EXPECT_EQ(commands.back().velocity_m_s(1), 0.0);
  ASSERT_TRUE(Eventually([&] { return !Now().acquisition_attached(); }));
  EXPECT_EQ(Now().statistics().command_status(), v1::COMMAND_STATUS_STOPPED);
  const std::uint64_t num_applied = Now().applied_sequence_number();
  EXPECT_GE(num_applied, 20u);

  source_.StartAgain();
  ASSERT_TRUE(Moves(arm_.get(), 20));
  const std::uint64_t num_acknowledged = source_.EndAndCountBins();
  const v1::Session session = Now();
  ExpectEveryChunkOnce(session);
  EXPECT_EQ(session.applied_sequence_number(), num_applied + num_acknowledged);
}

}  // namespace
}  // namespace efferent::test

#include "server/recording/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "files/packing.h"
#include "tests/unit/recording/recorded_session.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

v1::DecoderConfig Rls() {
  v1::DecoderConfig config;
  config.mutable_rls();
  return config;
}

std::int64_t Integer(const ScratchFolder& folder, const std::string& sql) {
  Database database(folder.path() / "efferent.db");
  return database.Integer(sql.c_str());
}

void Execute(const ScratchFolder& folder, const std::string& sql) {
  Database(folder.path() / "efferent.db").Execute(sql.c_str());
}

TEST(Verification, SessionIsDecodedAgainBitForBit) {
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession());
  recorded.Send(400);
  recorded.End();
  const auto result = Verify(folder.path());
  EXPECT_EQ(result.first_difference, "");
  EXPECT_GT(result.bin_count, 700u);
  EXPECT_EQ(result.equal_bin_count, result.bin_count);
  EXPECT_GT(result.checkpoint_count, 4u);
  EXPECT_EQ(result.unknown_bin_count, 0u);
}

TEST(Verification, HoldsForWeightsThatTakeEffectAtTheTrialsEndAndForRewards) {
  for (const bool by_reward : {false, true}) {
    const ScratchFolder folder;
    v1::SessionConfig config = SmallSession();
    config.mutable_learning()->set_effect(v1::LEARNING_EFFECT_TRIAL_END);
    if (by_reward) config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_REWARD);
    RecordedSession recorded(folder.path(), config);
    recorded.Send(200);
    recorded.End();
    const auto result = Verify(folder.path());
    EXPECT_EQ(result.first_difference, "");
    EXPECT_GT(result.checkpoint_count, 2u);
  }
}

TEST(Verification, GoesThroughSwapsShadowsFreezesAndRollBacks) {
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession(), MakeFaultyDecoder);
  Session& session = recorded.session();
  recorded.Send(40);
  session.AddShadow("twin", nullptr, true);
  recorded.Send(60);  // the driver's fault falls into these
  const v1::DecoderConfig rls = Rls();
  session.AddShadow("linear", &rls, false);
  session.SetLearning(true);
  recorded.Send(30);
  session.SetLearning(false);
  recorded.Send(10);
  session.SetLearning(true);
  session.PromoteShadow("linear");
  recorded.Send(30);
  session.RemoveShadow("twin");
  session.SwapDecoder(SmallSession().decoder());
  recorded.Send(30);
  recorded.End();
  const auto result = Verify(folder.path(), MakeFaultyDecoder);
  EXPECT_EQ(result.first_difference, "");
  EXPECT_EQ(result.decoder_change_count, 5u);
  EXPECT_GE(result.rollback_count, 1u);
  EXPECT_GE(result.checkpoint_count, 5u);
}

// Which bins are learnt from depends on the machine, and is recorded.
TEST(Verification, HoldsWhereTimeWasTooShortToLearn) {
  const ScratchFolder folder;
  v1::SessionConfig config = SmallSession();
  config.mutable_timing()->set_real_time(true);
  config.mutable_timing()->set_deadline_ns(50'000);
  RecordedSession recorded(folder.path(), config);
  recorded.Send(300);
  const auto statistics = recorded.session().Statistics();
  recorded.End();
  const auto result = Verify(folder.path());
  EXPECT_EQ(result.first_difference, "");
  EXPECT_EQ(result.equal_bin_count, statistics.decoded_bin_count());
}

TEST(Verification, NamesTheFirstCommandThatIsAnother) {
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession());
  recorded.Send(100);
  recorded.End();
  const auto by_another = [](const DecoderParams& params, const DecoderShape& shape) {
    auto other = std::get<SnnParams>(params);
    other.seed += 1;
    return MakeDecoder(other, shape);
  };
  const auto result = Verify(folder.path(), by_another);
  EXPECT_THAT(result.first_difference, HasSubstr("the command of bin "));
  EXPECT_THAT(result.first_difference, HasSubstr("was recorded as"));
  EXPECT_LT(result.equal_bin_count, result.bin_count);
}

TEST(Verification, NamesTheWeightThatIsAnother) {
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession());
  recorded.Send(200);
  recorded.End();
  // Another checkpoint's weights in the place of the last one's.
  Execute(folder,
          "UPDATE checkpoints SET bytes = (SELECT bytes FROM checkpoints ORDER BY number LIMIT 1), "
          "size = (SELECT size FROM checkpoints ORDER BY number LIMIT 1) "
          "WHERE number = (SELECT max(number) FROM checkpoints)");
  const auto result = Verify(folder.path());
  EXPECT_THAT(result.first_difference, HasSubstr("checkpoint "));
  EXPECT_THAT(result.first_difference, HasSubstr(" differs"));
}

TEST(Verification, GoesOnAtTheNextCheckpointBehindADamagedPiece) {
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    for (int i = 0; i < 30; ++i) {
      recorded.Send(15);
      // Into a piece of their own.
      const auto last = recorded.session().Describe().applied_sequence_number();
      while (recorded.session().journal()->durable_sequence_number() < last) {
        std::this_thread::yield();
      }
    }
    recorded.End();
  }
  ASSERT_GT(Integer(folder, "SELECT count(*) FROM pieces"), 10);
  // The oldest checkpoints make way for newer ones: damage what lies between two that are there.
  const std::int64_t piece = Integer(folder, "SELECT min(piece_number) + 1 FROM checkpoints");
  Execute(folder, "UPDATE pieces SET bytes = zeroblob(20) WHERE number = " + std::to_string(piece));
  const auto result = Verify(folder.path());
  EXPECT_THAT(result.first_difference,
              HasSubstr("piece " + std::to_string(piece) + " of the journal: is damaged"));
  EXPECT_GT(result.unknown_bin_count, 0u);
  EXPECT_GT(result.checkpoint_count, 0u);

  Execute(folder, "DELETE FROM pieces WHERE number = " + std::to_string(piece));
  EXPECT_THAT(Verify(folder.path()).first_difference,
              HasSubstr("pieces " + std::to_string(piece) + " to " + std::to_string(piece) +
                        " of the journal are missing"));
}

}  // namespace
}  // namespace efferent::test

#include "server/session/imported_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "decoder/state_bytes.h"
#include "tests/unit/recording/next_server.h"
#include "tests/unit/recording/recorded_session.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A step that has learnt from so many bins with a hand on its way to targets.
std::unique_ptr<Step> Trained(const SessionSettings& settings, int num_bins) {
  auto step = MakeStep(settings, MakeDecoder);
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal;
  std::vector<float> counts(static_cast<std::size_t>(settings.shape.num_channels));
  BehaviorSample behavior;
  behavior.engaged = true;
  behavior.position_m = TaskVector();
  for (int bin = 0; bin < num_bins; ++bin) {
    if (bin % 40 == 0) behavior.target_position_m = TaskVector(normal(random), normal(random), 0.0);
    behavior.velocity_m_s = TaskVector(0.1 * normal(random), 0.1 * normal(random), 0.0);
    for (std::size_t c = 0; c < counts.size(); ++c) {
      const double drive = (*behavior.target_position_m)[static_cast<Eigen::Index>(c % 2)];
      counts[c] = static_cast<float>(std::max(0.0, 2.0 + drive + normal(random)));
    }
    step->AddCounts(counts);
    Command command;
    step->DecodeBin(behavior.position_m, &command);
    step->LearnBin(behavior);
  }
  return step;
}

std::string TrainedState(const SessionSettings& settings) {
  return SaveState(Trained(settings, 500)->learner().decoder());
}

v1::SessionConfig With(const DecoderParams& params) {
  SessionSettings settings = Settings(SmallSession());
  settings.decoder = params;
  return WriteSettings(settings);
}

v1::ImportDecoderStart Start(const v1::SessionConfig& config, const std::string& shadow = "") {
  v1::ImportDecoderStart start;
  *start.mutable_decoder()->mutable_config() = WriteSettings(Settings(config));
  start.mutable_decoder()->mutable_provenance()->set_session_id("elsewhere");
  start.set_shadow(shadow);
  return start;
}

/// Why a state is refused; empty if it is not.
std::string Refusal(const std::string& state, const SessionSettings& settings) {
  const auto decoder = MakeSessionDecoder(settings, MakeDecoder);
  try {
    LoadImportedState(state, settings, decoder.get());
    return "";
  } catch (const StateMismatch& error) {
    return error.what();
  }
}

/// Sets an element of a field.
void Spoil(std::string_view path, float value, std::string* state) {
  for (std::string_view rest = *state; !rest.empty();) {
    const SavedField field = CutField(&rest);
    if (field.path != path) continue;
    const auto at = static_cast<std::size_t>(field.values.data() - state->data());
    std::memcpy(state->data() + at, &value, sizeof value);
    return;
  }
  FAIL() << "there is no field " << path;
}

TEST(ImportedDecoder, OfEveryKindIsTakenWithWhatItHasLearnt) {
  for (const DecoderParams& params : AllDecoders()) {
    const SessionSettings settings = Settings(With(params));
    const auto step = Trained(settings, 700);
    const std::string state = SaveState(step->learner().decoder());
    EXPECT_LE(state.size(), MaxStateBytes(*MakeSessionDecoder(settings, MakeDecoder)));
    const auto decoder = MakeSessionDecoder(settings, MakeDecoder);
    ASSERT_NO_THROW(LoadImportedState(state, settings, decoder.get())) << DecoderName(params);
    EXPECT_EQ(SaveState(*decoder), state) << "trying it changes nothing";
    EXPECT_EQ(Refusal(SaveState(*MakeSessionDecoder(settings, MakeDecoder)), settings), "")
        << DecoderName(params) << " that has learnt nothing";
  }
}

TEST(ImportedDecoder, ThatIsNotFiniteIsRefusedByTheFieldsName) {
  const SessionSettings settings = Settings(SmallSession());
  for (const float value :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::string state = TrainedState(settings);
    Spoil("network.weights", value, &state);
    EXPECT_EQ(Refusal(state, settings), "network.weights has an element that is not finite");
  }
}

TEST(ImportedDecoder, ThatDecodesWildlyIsRefused) {
  v1::SessionConfig config = SmallSession();
  config.mutable_limits()->set_max_speed_m_s(0.001);
  v1::SessionConfig tame = SmallSession();
  for (auto* of : {&config, &tame}) of->mutable_decoder()->mutable_rls();
  const std::string state = TrainedState(Settings(tame));
  EXPECT_EQ(Refusal(state, Settings(tame)), "");
  EXPECT_THAT(Refusal(state, Settings(config)),
              AllOf(HasSubstr("from spikes at random it decodes"),
                    HasSubstr("must be at most 0.01 m/s, 10 times limits.max_speed_m_s")));
}

TEST(ImportedDecoder, OfOtherSettingsIsRefusedByShape) {
  v1::SessionConfig larger = SmallSession();
  larger.mutable_decoder()->mutable_snn()->set_num_neurons(9);
  EXPECT_THAT(Refusal(TrainedState(Settings(larger)), Settings(SmallSession())),
              AllOf(HasSubstr(" is 9 x "), HasSubstr(", must be 8 x ")));
}

TEST(ImportedDecoder, OfAnotherShapeOrOtherFeaturesIsRefusedByName) {
  v1::SessionConfig other = SmallSession();
  other.set_num_channels(5);
  other.set_num_dimensions(3);
  other.set_bin_width_ns(20'000'000);
  other.mutable_features()->set_saturation(3.0);
  const auto violations = CompareOrigin(Start(other).decoder(), Settings(SmallSession()));
  ASSERT_EQ(violations.size(), 4u);
  EXPECT_EQ(violations[0].field, "config.num_channels");
  EXPECT_EQ(violations[0].description, "is 5, must be 4 as in the session that takes it in");
  EXPECT_EQ(violations[1].field, "config.num_dimensions");
  EXPECT_EQ(violations[2].field, "config.bin_width_ns");
  EXPECT_EQ(violations[3].field, "config.features.saturation");
  EXPECT_EQ(CompareOrigin(v1::SavedDecoder(), Settings(SmallSession())).size(), 9u)
      << "nothing is said";
}

TEST(ImportedDecoder, ThatThisVersionDoesNotHaveIsRefused) {
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession());
  v1::SavedDecoder decoder = Start(SmallSession()).decoder();
  decoder.mutable_config()->mutable_decoder()->Clear();
  std::size_t max_bytes = 0;
  const auto outcome = recorded.session().AdmitDecoder(decoder, &max_bytes);
  ASSERT_EQ(outcome.violations.size(), 1u);
  EXPECT_EQ(outcome.violations[0].field, "config.decoder");
}

TEST(ImportedDecoder, SessionIsDecodedAgainThroughItBitForBit) {
  for (const auto effect : {v1::LEARNING_EFFECT_BIN, v1::LEARNING_EFFECT_TRIAL_END}) {
    const ScratchFolder folder;
    v1::SessionConfig config = SmallSession();
    config.mutable_learning()->set_effect(effect);
    RecordedSession recorded(folder.path(), config);
    recorded.Send(60);
    const v1::SessionConfig rls = With(RlsParams());
    ASSERT_EQ(
        recorded.session().ImportDecoder(Start(rls, "linear"), TrainedState(Settings(rls))).status,
        SessionDecoders::Status::kDone);
    recorded.Send(60);
    ASSERT_EQ(recorded.session()
                  .ImportDecoder(Start(SmallSession()), TrainedState(Settings(SmallSession())))
                  .status,
              SessionDecoders::Status::kDone);
    // Whether it learns from the start on is decided when it takes over.
    recorded.session().SetLearning(false);
    recorded.Send(60);
    recorded.session().SetLearning(true);
    recorded.session().PromoteShadow("linear");
    recorded.Send(60);
    recorded.End();
    const auto result = Verify(folder.path());
    EXPECT_EQ(result.first_difference, "");
    EXPECT_EQ(result.decoder_change_count, 3u);
    EXPECT_GT(result.checkpoint_count, 3u);
  }
}

TEST(ImportedDecoder, SessionGoesOnThroughItAfterARestart) {
  for (const int bins_after : {1, 60}) {
    const ScratchFolder folder;
    v1::Session before;
    {
      // Without checkpoints of its own: everything is done again from the first bin on.
      RecordedSession recorded(folder.path(), SmallSession(), MakeDecoder, 1e6);
      recorded.Send(40);
      ASSERT_EQ(recorded.session()
                    .ImportDecoder(Start(SmallSession()), TrainedState(Settings(SmallSession())))
                    .status,
                SessionDecoders::Status::kDone);
      recorded.Send(bins_after);
      before = recorded.session().Describe();
      recorded.Drop();
    }
    {
      Database database(folder.path() / "efferent.db");
      database.Execute("DELETE FROM checkpoints");
    }
    NextServer next(folder.path());
    const auto session = next.registry().Find("s");
    ASSERT_TRUE(session);
    const v1::Session after = session->Describe();
    EXPECT_EQ(after.decoded_until_ns(), before.decoded_until_ns());
    EXPECT_EQ(after.statistics().mean_squared_error_m2_s2(),
              before.statistics().mean_squared_error_m2_s2());
    EXPECT_EQ(after.statistics().weight_norm(), before.statistics().weight_norm());
    next.registry().End("s");
    EXPECT_EQ(Verify(folder.path()).first_difference, "");
  }
}

TEST(ImportedDecoder, WhoseWeightsAreDamagedInTheRecordingIsNamed) {
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(10);
    recorded.session().ImportDecoder(Start(SmallSession()), TrainedState(Settings(SmallSession())));
    recorded.Send(10);
    recorded.End();
  }
  Database(folder.path() / "efferent.db").Execute("UPDATE decoder_changes SET weights = 'x'");
  EXPECT_THAT(Verify(folder.path()).first_difference, HasSubstr("is damaged"));
}

}  // namespace
}  // namespace efferent::test

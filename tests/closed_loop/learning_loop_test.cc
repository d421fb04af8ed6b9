#include "tests/closed_loop/learning_loop.h"

#include <gtest/gtest.h>

#include "clients/subject/subject_options.h"
#include "server/session/session_settings.h"

/// What the service must show over the wire, shown without it: a decoder that knows nothing learns,
/// is frozen and scored; again after a loss; and a dead brain reaches next to nothing.
namespace efferent::subject {
namespace {

/// With the settings that `efferent subject` asks for.
LearningLoop MakeLoop(const SubjectOptions& options) {
  std::vector<Violation> violations;
  const SessionSettings settings =
      ReadSettings(MakeSessionConfig(options, MakePopulation(options).size()),
                   SettingsUse::kSession, &violations);
  EXPECT_TRUE(violations.empty());
  return LearningLoop(MakeBrain(options), MakeStep(settings, MakeDecoder), options.seed);
}

SubjectOptions Options(const std::string& population, std::uint64_t seed) {
  SubjectOptions options;
  options.population = population;
  options.seed = seed;
  options.perturbations = {"relearning:loss=0.6", "dead_learning:loss=1"};
  return options;
}

/// Returns how many of 100 targets are reached when all neurons are dead.
int ExpectLearns(LearningLoop loop) {
  loop.Run("learning", 50, true);
  const TaskResult learned = loop.Run("learned", 50, false);
  loop.Run("relearning", 50, true);
  const TaskResult relearned = loop.Run("relearned", 50, false);
  loop.Run("dead_learning", 10, true);
  const TaskResult dead = loop.Run("dead_neurons", 100, false);
  EXPECT_GE(learned.num_successes, 49);
  EXPECT_LT(learned.mean_time_s, 0.85);
  EXPECT_GE(relearned.num_successes, 48);
  EXPECT_LT(relearned.mean_time_s, 0.90);
  return dead.num_successes;
}

/// In three runs with another population and seed each; less than 5 % without neurons, over all.
void ExpectLearnsInThreeRuns(const std::string& population) {
  int num_dead_successes = 0;
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    num_dead_successes += ExpectLearns(MakeLoop(Options(population, seed)));
  }
  EXPECT_LT(num_dead_successes, 15);
}

TEST(LearningLoop, NinetySixNeuronsAreLearntLostAndLearntAgain) { ExpectLearnsInThreeRuns("96"); }

TEST(LearningLoop, FortySixNoisyNeuronsAreLearntLostAndLearntAgain) {
  ExpectLearnsInThreeRuns("46");
}

TEST(LearningLoop, TheHarderSettingOfTheTaskIsTheNoisyOne) {
  EXPECT_EQ(MakePopulation(Options("46", 1)).size(), std::size_t{kHardSettingNumNeurons});
  EXPECT_EQ(MakePopulation(Options("96", 1)).size(), std::size_t{kDefaultNumNeurons});
}

// The user who sees late, predicts, and has exponential tuning: not the linear world that a linear
// decoder knows.
TEST(LearningLoop, ADelayedUserIsLearnt) {
  SubjectOptions options = Options("96", 1);
  options.user = UserKind::kDelayed;
  LearningLoop loop = MakeLoop(options);
  loop.Run("learning", 50, true);
  const TaskResult learned = loop.Run("learned", 50, false);
  EXPECT_GE(learned.num_successes, 48);
  EXPECT_LT(learned.mean_time_s, 1.3);
}

TEST(LearningLoop, IsDeterministic) {
  LearningLoop a = MakeLoop(Options("46", 5)), b = MakeLoop(Options("46", 5));
  const TaskResult ra = a.Run("learning", 10, true), rb = b.Run("learning", 10, true);
  EXPECT_EQ(ra.mean_time_s, rb.mean_time_s);
  EXPECT_EQ(a.step().learner().mean_squared_error(), b.step().learner().mean_squared_error());
}

}  // namespace
}  // namespace efferent::subject

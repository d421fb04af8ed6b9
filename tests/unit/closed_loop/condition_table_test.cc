#include "clients/evaluation/closed_loop/condition_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "clients/evaluation/closed_loop/pilot.h"
#include "clients/session/errors.h"

namespace efferent::closed_loop {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& list) {
  try {
    ChooseConditions(AllConditions({}, {}), list);
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Conditions, AreTestedFrozenAndPerturbedInAPhaseThatTheyHave) {
  std::set<std::string> names;
  for (const Condition& condition : AllConditions({}, {})) {
    SCOPED_TRACE(condition.name);
    EXPECT_TRUE(names.insert(condition.name).second);
    EXPECT_FALSE(condition.phases.back().learn);
    EXPECT_EQ(condition.phases.back().num_trials, 50);
    EXPECT_GE(condition.num_learning_trials(), 10);
    std::set<std::string> learning_phases;
    for (const Phase& phase : condition.phases) {
      if (phase.learn) learning_phases.insert(phase.name);
    }
    for (const auto& perturbation : condition.brain.perturbations) {
      EXPECT_TRUE(learning_phases.contains(perturbation.phase));
    }
    const subject::Population population = PopulationOf(condition, 1);
    EXPECT_EQ(static_cast<int>(population.size()), condition.num_neurons);
    const subject::Brain brain = MakeBrain(condition.brain, population, kBinWidthNs, 1);
    EXPECT_EQ(brain.num_neurons(), population.size());
  }
  EXPECT_TRUE(names.contains("silence"));
  EXPECT_TRUE(names.contains("untuned"));
}

TEST(Conditions, CanBeShortenedButKeepATrialOfEachPhase) {
  for (const Condition& condition : AllConditions({}, {7, 0.001})) {
    for (const Phase& phase : condition.phases) {
      EXPECT_EQ(phase.num_trials, phase.learn ? 1 : 7) << condition.name;
    }
  }
}

TEST(Conditions, AreChosenByNameInTheOrderOfTheList) {
  const auto all = AllConditions({}, {});
  EXPECT_EQ(ChooseConditions(all, "").size(), all.size());
  const auto chosen = ChooseConditions(all, "three_d,loss60");
  ASSERT_EQ(chosen.size(), 2u);
  EXPECT_EQ(chosen[0].name, "three_d");
  EXPECT_EQ(chosen[1].name, "loss60");
  EXPECT_THAT(ErrorOf("loss61"), HasSubstr("no condition `loss61`; there are ops46_10, "));
  EXPECT_THAT(ErrorOf("loss60,loss60"), HasSubstr("`loss60` is there twice"));
  EXPECT_THAT(ErrorOf("loss60,,loss90"), HasSubstr("no condition ``"));
}

TEST(Conditions, AreMadeOfPopulationFilesToo) {
  const std::string path = testing::TempDir() + "two_neurons.csv";
  std::ofstream(path) << "1,0,2,80\n0,1,0,60\n";
  const Condition condition = AllConditions({{"two_neurons", path}}, {}).front();
  EXPECT_EQ(condition.name, "two_neurons");
  EXPECT_EQ(condition.num_neurons, 2);
  EXPECT_EQ(PopulationOf(condition, 1)[1].max_rate_hz, 60.0);
  EXPECT_EQ(PopulationOf(condition, 2)[1].max_rate_hz, 60.0);
  EXPECT_THROW(AllConditions({{"gone", path + ".gone"}}, {}), InputError);
}

TEST(PrepareDecoders, SetsWhatSuitsTheUserAndOverThatWhatIsAskedFor) {
  const auto conditions = ChooseConditions(AllConditions({}, {}), "ops46_50,delayed_user");
  const DecoderOptions options{"mine=snn,kalman,rls",
                               {"rls.output_leak=0.5", "learning.response=0.25"}};
  const auto ops = PrepareDecoders(options, conditions[0]);
  ASSERT_EQ(ops.size(), 3u);
  EXPECT_EQ(ops[0].decoder.name, "mine");
  EXPECT_EQ(std::get<SnnParams>(ops[0].decoder.params).output_leak, 0.99);
  EXPECT_EQ(std::get<RlsParams>(ops[2].decoder.params).output_leak, 0.5);
  EXPECT_EQ(ops[0].step.intention.slowing_distance_m, 0.05);  // 2 r
  EXPECT_EQ(ops[0].step.features.smoothing_tau_s, 0.0);
  EXPECT_EQ(ops[1].step.features.smoothing_tau_s, 0.1);  // A velocity filter.
  for (const PreparedDecoder& prepared : ops) {
    EXPECT_EQ(prepared.step.intention.response, 0.25);
    EXPECT_EQ(prepared.step.num_channels, 46);
  }
  EXPECT_LT(
      std::get<SnnParams>(PrepareDecoders(options, conditions[1])[0].decoder.params).output_leak,
      0.99);
  EXPECT_THROW(PrepareDecoders({"rls", {"learning.mood=1"}}, conditions[0]), InputError);
}

}  // namespace
}  // namespace efferent::closed_loop

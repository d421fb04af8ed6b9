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

TEST(SuitableDecoderSettings, NameOnlyFieldsThatADecoderHas) {
  const auto conditions = ChooseConditions(AllConditions({}, {}), "ops46_50,delay100");
  const std::string list = "mine=snn,kalman,rls";
  const auto settings = SuitableDecoderSettings(ChooseDecoders(list, {}), conditions[0]);
  EXPECT_THAT(settings, testing::Contains("mine.output_leak=0.99"));
  EXPECT_THAT(settings, testing::Contains("rls.output_leak=0.99"));
  EXPECT_THAT(settings, testing::Not(testing::Contains(HasSubstr("kalman."))));
  EXPECT_NO_THROW(ChooseDecoders(list, settings));
  EXPECT_THAT(SuitableDecoderSettings(ChooseDecoders(list, {}), conditions[1]),
              testing::Contains("mine.output_leak=0.95"));
}

}  // namespace
}  // namespace efferent::closed_loop

// The closed-loop evaluation from the shell, short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "clients/report/result_row.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome Eval(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"eval", "closed-loop", "--quick"});
  return RunProgram(ProgramDir() / "efferent", arguments);
}

TEST(EvalClosedLoop, DecodersLearnAndADeadBrainReachesNothing) {
  const std::string json = ScratchFile(), page = ScratchFile();
  const Outcome outcome =
      Eval({"--conditions", "ops46_10", "--decoders", "snn,rls", "--json", json, "--report", page});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("ops46_10, 10 learning trials"));
  EXPECT_THAT(outcome.output, HasSubstr("(linear NLMS / RLS, frozen)"));
  std::map<std::string, int> checked;
  for (const ResultRow& row : ReadResultRows(json)) {
    EXPECT_EQ(row.condition, "ops46_10");
    const bool is_reference = row.decoder == "intent" || row.decoder == "label";
    if (is_reference || row.metric != "success_rate") continue;
    ++checked[row.decoder];
    if (row.protocol == "frozen-after-10-trials") {
      EXPECT_GT(row.value, 0.95) << row.decoder;
      EXPECT_EQ(row.n, 2);
    } else if (row.protocol == "dead-neurons-frozen-after-10-trials") {
      EXPECT_LT(row.value, 0.05) << row.decoder;
    } else {
      EXPECT_EQ(row.protocol, "summed-channels-frozen-after-10-trials");
    }
  }
  EXPECT_EQ(checked, (std::map<std::string, int>{{"snn", 3}, {"rls", 3}}));
  const std::string html = ReadFile(page);
  EXPECT_THAT(html, HasSubstr("<svg"));
  EXPECT_THAT(html, HasSubstr("every neuron silent"));
  EXPECT_THAT(html, HasSubstr("published: linear NLMS / RLS, frozen"));
  std::filesystem::remove(json);
  std::filesystem::remove(page);
}

TEST(EvalClosedLoop, AFewConditionsAreEnoughForATry) {
  const Outcome outcome = Eval({"--decoders", "nlms"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  for (const char* condition : {"ops46_10, ", "loss60, ", "delayed_user, "}) {
    EXPECT_THAT(outcome.output, HasSubstr(condition));
  }
  EXPECT_THAT(outcome.output, Not(HasSubstr("loss90")));
  // nlms: 2 runs, and 1 for each of two controls; intent and label: 2 runs each. In three conditions.
  EXPECT_THAT(outcome.output, HasSubstr("100 %  24 runs"));
  EXPECT_THAT(outcome.output, HasSubstr("intent and label are no decoders"));
}

TEST(EvalClosedLoop, AnUnknownConditionIsAnsweredWithThoseThereAre) {
  const Outcome outcome = Eval({"--conditions", "ops47"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("no condition `ops47`; there are "));
}

TEST(EvalClosedLoop, APopulationThatCannotBeReadIsNamed) {
  const Outcome outcome = Eval({"--population", "/nowhere/p.csv"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("/nowhere/p.csv"));
}

}  // namespace
}  // namespace efferent::test

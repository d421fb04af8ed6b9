// The demo from the shell, short.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "clients/report/result_row.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

class Demo : public testing::Test {
 protected:
  ~Demo() override { std::filesystem::remove_all(out_); }
  Outcome Run(std::vector<std::string> arguments, int learning_trials = 2, int test_trials = 2) {
    arguments.insert(arguments.begin(),
                     {"demo", "--fast", "--out", out_, "--learning-trials",
                      std::to_string(learning_trials), "--test-trials", std::to_string(test_trials),
                      "--dead-learning-trials", "1", "--dead-test-trials", "1"});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }
  std::string out_ = ScratchFile() + ".d";
};

TEST_F(Demo, RunsAgainWhereItRanBeforeAndWritesTheSameScores) {
  std::vector<std::vector<double>> scores;
  for (int run = 0; run < 2; ++run) {
    const Outcome outcome = Run({"--json", out_ + "/rows.json", "--overwrite"});
    ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
    scores.emplace_back();
    std::set<std::string> conditions;
    for (const ResultRow& row : ReadResultRows(out_ + "/rows.json")) {
      conditions.insert(row.condition);
      if (row.condition != "all") scores.back().push_back(row.value);
    }
    EXPECT_EQ(conditions, (std::set<std::string>{"learned", "relearned", "dead_neurons", "all"}));
  }
  EXPECT_EQ(scores[0].size(), 12u);
  EXPECT_EQ(scores[0], scores[1]);
}

TEST_F(Demo, LearnsFromRewardAlone) {
  const Outcome outcome = Run({"--learn-from", "reward", "--json", out_ + "/rows.json"}, 40, 20);
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  for (const ResultRow& row : ReadResultRows(out_ + "/rows.json")) {
    if (row.metric != "success_rate") continue;
    if (row.condition == "dead_neurons") {
      EXPECT_EQ(row.value, 0.0);
    } else {
      EXPECT_GE(row.value, 0.9) << row.condition;
    }
  }
}

// A recording that everybody can have: it is read as those of others are.
TEST_F(Demo, ItsSessionIsARecordingToTry) {
  const std::string recording = out_ + ".nwb";
  const Outcome outcome = Run({"--record", recording}, 4, 4);
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, testing::HasSubstr("efferent eval recording " + recording));
  EXPECT_FALSE(std::filesystem::exists(out_ + "/data")) << "the server's own files are gone";
  const Outcome eval =
      RunProgram(ProgramDir() / "efferent", {"eval", "recording", recording, "--decoders", "rls"});
  EXPECT_EQ(eval.exit_status, 0) << eval.output;
  EXPECT_THAT(eval.output, testing::HasSubstr("relearned"));
  std::filesystem::remove_all(out_);
  const Outcome again = Run({"--record", recording});
  EXPECT_EQ(again.exit_status, 2);
  EXPECT_THAT(again.output, testing::HasSubstr("is there already"));
  std::filesystem::remove(recording);
}

TEST_F(Demo, SaysWhichGoalsAreNotMet) {
  const Outcome outcome = Run({"--loss", "1", "--require"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output,
              testing::HasSubstr("relearned: success rate 0.0 %, must be at least 95 %"));
}

TEST_F(Demo, ServerThatIsNotThereIsNamed) {
  const Outcome outcome = Run({"--server-program", "/nowhere/efferentd"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, testing::HasSubstr("cannot start /nowhere/efferentd"));
}

}  // namespace
}  // namespace efferent::test

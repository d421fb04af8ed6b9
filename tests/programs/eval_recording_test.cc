// `efferent eval recording` as a user runs and misuses it, on small recordings of the test's own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "clients/report/result_row.h"
#include "tests/programs/programs.h"
#include "tests/unit/acquisition/nwb_writer.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Outcome Evaluate(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"eval", "recording"});
  return RunProgram(ProgramDir() / "efferent", arguments);
}

// A recording in a folder of the test's own.
std::string Recorded(const std::string& name, const SyntheticParams& params = {}) {
  const std::string path = ScratchPath(name);
  WriteSyntheticNwb(path, params);
  return path;
}

const std::vector<std::string> kSmall = {"--decoders", "snn,kalman", "--set", "snn.num_neurons=8"};

std::vector<std::string> With(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), kSmall.begin(), kSmall.end());
  return arguments;
}

TEST(EvalRecording, ShowsATableAndLeavesFiguresAndAReport) {
  SyntheticParams params;
  params.unstable_from = 30;
  const std::string path = Recorded("session.nwb", params);
  const std::string json = ScratchPath("out.json");
  const std::string html = ScratchPath("out.html");
  const Outcome outcome = Evaluate(With({path, "--json", json, "--report", html}));
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("prequential-trials"));
  EXPECT_THAT(outcome.output, HasSubstr("all channels silent"));
  std::map<std::string, double> value;
  for (const ResultRow& row : ReadResultRows(json)) {
    value[row.decoder + "/" + row.condition + "/" + row.protocol + "/" + row.metric] = row.value;
  }
  EXPECT_LT(value.at("snn/second/prequential-trials/angle_median_deg"), 45.0);
  EXPECT_EQ(value.at("kalman/all/prequential-trials+silent/angle_median_deg"), 90.0);
  EXPECT_NEAR(value.at("recorded/all/as-recorded/angle_median_deg"), 90.0, 1e-6);
  EXPECT_EQ(value.at("recorded/second/as-recorded/trials_to_30deg"), 30.0) << "never";
  const std::string page = ReadFile(html);
  EXPECT_THAT(page, HasSubstr("<svg"));
  EXPECT_THAT(page, HasSubstr("Decoders on session.nwb"));
}

TEST(EvalRecording, SameCommandSameFigures) {
  const std::string path = Recorded("session.nwb");
  std::vector<std::string> texts;
  for (const char* threads : {"1", "3"}) {
    const std::string json = ScratchPath(std::string("out") + threads + ".json");
    const Outcome outcome =
        Evaluate(With({path, "--seeds", "2", "--threads", threads, "--json", json}));
    ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
    std::vector<ResultRow> rows = ReadResultRows(json);
    rows.erase(std::remove_if(rows.begin(), rows.end(),
                              [](const ResultRow& row) { return row.metric == "us_per_bin"; }),
               rows.end());
    WriteResultRows(json, rows);
    texts.push_back(ReadFile(json));
  }
  EXPECT_EQ(texts[0], texts[1]);
}

TEST(EvalRecording, SeveralFilesAreToldApartByTheirNames) {
  const std::string one = Recorded("one.nwb");
  SyntheticParams params;
  params.seed = 8;
  const std::string two = Recorded("two.nwb", params);
  const std::string json = ScratchPath("out.json");
  const Outcome outcome = Evaluate(With({one, two, "--json", json}));
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  int of_one = 0;
  int of_two = 0;
  for (const ResultRow& row : ReadResultRows(json)) {
    of_one += row.condition == "one/all";
    of_two += row.condition == "two/all";
  }
  EXPECT_GT(of_one, 0);
  EXPECT_EQ(of_one, of_two);
}

TEST(EvalRecording, WithoutATargetVelocityIsScoredOnTheLastPart) {
  SyntheticParams params;
  params.has_target = false;
  const Outcome outcome = Evaluate(With({Recorded("hand.nwb", params), "--protocol", "holdout"}));
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  for (const char* part : {"r2 x", "correlation y", "holdout-frozen", "holdout-prequential",
                           "differences of position"}) {
    EXPECT_THAT(outcome.output, HasSubstr(part));
  }
}

TEST(EvalRecording, RefusesBadInputWithStatus2AndSaysWhatToDo) {
  const std::string path = Recorded("session.nwb");
  const std::string text = ScratchPath("text.nwb");
  std::ofstream(text) << "text";
  SyntheticParams params;
  params.has_target = false;
  const std::string no_target = Recorded("no_target.nwb", params);
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "FILE is required"},
      {{"no/such/file.nwb"}, "No such file"},
      {{text}, "is not an HDF5 file"},
      {{no_target, "--label", "target"}, "use --label kinematics"},
      {{path, "--position", "none"}, "no position"},
      {{path, "--counts", "lfp"}, "lfp"},
      {{path, "--decoders", "magic"}, "there is no decoder `magic`"},
      {{path, "--set", "snn.tau=1"}, "snn has no field `tau`"},
      {{path, "--set", "snn.tau_m_s=-1"}, "must be in"},
      {{path, "--set", "features.tau=1"}, "features.normalization_tau_s"},
      {{path, "--seeds", "0"}, "must be 1 to 1000 seeds"},
      {{path, "--seeds", "1,x"}, "a list"},
      {{path, "--seeds", "4,4"}, "twice"},
      {{path, "--protocol", "kfold"}, "prequential-trials,holdout"},
      {{path, "--holdout", "1.5"}, "--holdout"},
      {{path, "--protocol", "holdout", "--holdout", "0.01"}, "larger --holdout"},
      {{path, "--label", "reward"}, "target"},
      {{path, "--report", "out.pdf"}, "must end with .html"},
      {{path, path}, "rename one"}};
  for (const auto& [arguments, says] : cases) {
    const Outcome outcome = Evaluate(arguments);
    EXPECT_EQ(outcome.exit_status, 2) << says << "\n" << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr(says));
  }
}

// A minute's work must not end in a path that was never good.
TEST(EvalRecording, AnOutputThatCannotBeWrittenIsRefusedBeforeAnythingRuns) {
  const std::string path = Recorded("session.nwb");
  for (const char* option : {"--json", "--report"}) {
    const Outcome outcome = Evaluate(With({path, option, "no/such/folder/out.html"}));
    EXPECT_EQ(outcome.exit_status, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("no/such/folder"));
    EXPECT_THAT(outcome.output, Not(HasSubstr("median / mean")));
  }
}

TEST(EvalRecording, HelpNamesEveryOptionAndDecoder) {
  const Outcome outcome = Evaluate({"--help"});
  EXPECT_EQ(outcome.exit_status, 0);
  for (const char* part :
       {"--decoders", "--protocol", "--holdout", "--label", "--set", "--seeds", "--counts",
        "--electrodes", "--bin-width-ms", "--threads", "--json", "--report", "snn, kalman"}) {
    EXPECT_THAT(outcome.output, HasSubstr(part));
  }
}

}  // namespace
}  // namespace efferent::test

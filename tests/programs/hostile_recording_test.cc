// A recording whose texts were written by somebody who knows what reads them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "files/printable_text.h"
#include "tests/hostile_text.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class HostileRecording : public testing::TestWithParam<std::size_t> {
 protected:
  HostileRecording() {
    SyntheticParams params;
    params.num_trials = 12;
    params.first_type = HostileTexts(marker_)[GetParam()];
    WriteSyntheticNwb(recording_, params);
  }

  std::string Path(const std::string& name) const { return (folder_.path() / name).string(); }

  // Runs `efferent` and expects it to do its work and nothing else.
  std::string Run(const std::vector<std::string>& arguments) {
    const Outcome outcome = RunProgram(ProgramDir() / "efferent", arguments);
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
    EXPECT_EQ(outcome.output, PrintableLines(outcome.output)) << "a control byte is shown";
    EXPECT_FALSE(std::filesystem::exists(marker_)) << "something was executed";
    return outcome.output;
  }

  const ScratchFolder folder_;
  const std::string marker_ = (folder_.path() / "ran").string();
  const std::string recording_ = (folder_.path() / "recording.nwb").string();
};

TEST_P(HostileRecording, IsStreamedAndDrawnAndNothingIsExecuted) {
  const RunningServer server;
  Run({"stream", "--server", server.address(), "--recording", recording_, "--decoder", "kalman",
       "--speed", "max", "--plot", Path("plot.svg"), "--json", Path("out.json")});
  EXPECT_THAT(ReadFile(Path("plot.svg")), HasSubstr("</svg>"));
}

TEST_P(HostileRecording, IsEvaluatedAndReportedAndNothingIsExecuted) {
  Run({"eval", "recording", recording_, "--decoders", "kalman", "--report", Path("report.html")});
  const std::string page = ReadFile(Path("report.html"));
  EXPECT_THAT(page, HasSubstr("</html>"));
  EXPECT_THAT(page, Not(HasSubstr("<script>")));
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  // The page keeps its date, version and command line.
  EXPECT_THAT(page, HasSubstr("<dt>command</dt><dd>efferent eval recording "));
  EXPECT_THAT(page, HasSubstr("<dt>program</dt><dd>efferent "));
}

// Backticks as they were found, gnuplot's quotes and blocks, a shell's, a page's, a terminal's.
INSTANTIATE_TEST_SUITE_P(Texts, HostileRecording, testing::Values(1, 3, 4, 8, 9, 18, 21, 25));

}  // namespace
}  // namespace efferent::test

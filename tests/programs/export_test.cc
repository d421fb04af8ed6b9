// `efferent export` as a user runs it: a recorded session, as a file that decodes to the same commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "clients/acquisition/hdf5_file.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/unit/acquisition/nwb_writer.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// The test's folder, without what an earlier run has left in it.
std::string EmptyFolder() {
  std::filesystem::remove_all(ScratchPath(""));
  return ScratchPath("");
}

class Export : public testing::Test {
 protected:
  ~Export() override { std::filesystem::remove_all(folder_); }

  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }
  /// Decodes a file in a session, and exports that; returns the file. Learning is on.
  std::string DecodeAndExport(const std::string& file, const std::string& session) {
    const Outcome stream = Run({"stream", "--recording", file, "--session", session, "--speed",
                                "max", "--decoder", "rls", "--subject-code", "M-07"});
    EXPECT_EQ(stream.exit_status, 0) << stream.output;
    WaitUntilItIsWritten(session);
    std::string exported = ScratchPath(session + ".nwb");
    const Outcome outcome = Run({"export", session, exported});
    EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
    EXPECT_FALSE(std::filesystem::exists(exported + ".partial"));
    return exported;
  }
  /// A recording is a tenth of a second behind its session.
  void WaitUntilItIsWritten(const std::string& session) {
    for (int i = 0; i < 200; ++i) {
      if (Run({"sessions", session, "--json"}).output.find("end_time_unix_ns") !=
          std::string::npos) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    FAIL() << "session " << session << " is not recorded to its end";
  }
  static std::vector<double> Commands(const std::string& file) {
    return Hdf5File(file).ReadNumbers("/processing/behavior/recorded_decoder_velocity/data");
  }

  const std::string folder_ = EmptyFolder();
  RunningServer server_{"127.0.0.1:0", {"--data-dir", folder_ + "/data"}};
};

TEST_F(Export, DecodesToTheSameCommandsAgain) {
  const std::string original = ScratchPath("original.nwb");
  WriteSyntheticNwb(original);
  const std::string first = DecodeAndExport(original, "first");
  const std::string second = DecodeAndExport(first, "second");
  const std::vector<double> commands = Commands(first);
  EXPECT_EQ(commands.size(), 2U * 60U * 20U);
  EXPECT_NE(std::count(commands.begin(), commands.end(), 0.0),
            static_cast<std::ptrdiff_t>(commands.size()));
  EXPECT_EQ(commands, Commands(second)) << "bit for bit";
}

TEST_F(Export, SaysWhatIsWrongAndLeavesWhatIsThere) {
  const std::string recording = ScratchPath("small.nwb");
  WriteSmallRecording(recording);
  const std::string exported = DecodeAndExport(recording, "s");
  const Outcome again = Run({"export", "s", exported});
  EXPECT_EQ(again.exit_status, 2);
  EXPECT_THAT(again.output, AllOf(HasSubstr(exported), HasSubstr("--overwrite")));
  EXPECT_EQ(Run({"export", "s", exported, "--overwrite"}).exit_status, 0);

  const std::string other = ScratchPath("other.nwb");
  const Outcome nobody = Run({"export", "nobody", other});
  EXPECT_EQ(nobody.exit_status, 1);
  EXPECT_THAT(nobody.output, AllOf(HasSubstr("`nobody`"), HasSubstr("NOT_FOUND")));
  const Outcome nowhere = Run({"export", "s", "/nowhere/other.nwb"});
  EXPECT_EQ(nowhere.exit_status, 2);
  EXPECT_THAT(nowhere.output, HasSubstr("/nowhere/other.nwb"));
  EXPECT_EQ(Run({"export", "s", other, "--sex", "male"}).exit_status, 2);
  EXPECT_FALSE(std::filesystem::exists(other));
  EXPECT_FALSE(std::filesystem::exists(other + ".partial"));
}

}  // namespace
}  // namespace efferent::test

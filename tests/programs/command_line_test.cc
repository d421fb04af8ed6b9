// What every command of `efferent` keeps to: words that are no command, addresses, output devices, Ctrl-C.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Outcome Efferent(const std::vector<std::string>& arguments) {
  return RunProgram(ProgramDir() / "efferent", arguments);
}

// Its standard output is a device that takes nothing.
Outcome RunOntoFullDevice(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"-c", "exec \"$@\" > /dev/full", "sh",
                                    (ProgramDir() / "efferent").string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return RunProgram("/bin/sh", words);
}

// The word that follows the last `mark`.
std::string WordAfter(const std::string& mark, const Outcome& outcome) {
  const std::size_t begin = outcome.output.rfind(mark) + mark.size();
  return outcome.output.substr(begin, outcome.output.find_first_of(" \n", begin) - begin);
}

// Of this machine, on which nobody listens.
std::string AddressWithoutServer() { return RunningServer().address(); }

TEST(CommandLine, AWordThatIsNoCommandIsNamedWithTheClosestOne) {
  const Outcome slip = Efferent({"steam", "--recording", "x.nwb"});
  EXPECT_EQ(slip.exit_status, 2);
  EXPECT_THAT(slip.output, AllOf(HasSubstr("`steam` is no command of efferent"),
                                 HasSubstr("did you mean `efferent stream`")));
  const Outcome bogus = Efferent({"bogus"});
  EXPECT_EQ(bogus.exit_status, 2);
  EXPECT_THAT(bogus.output, AllOf(HasSubstr("`bogus` is no command"), HasSubstr("stream, arm")));
  const Outcome nested = Efferent({"session", "lisst"});
  EXPECT_EQ(nested.exit_status, 2);
  EXPECT_THAT(nested.output, HasSubstr("did you mean `efferent session list`"));
}

TEST(CommandLine, AnAddressThatIsNoneIsRefusedWithTheOneToType) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"localhost", "--server localhost:50051"},
      {"http://127.0.0.1:50051/", "--server 127.0.0.1:50051"},
      {"", "--server HOST:PORT"},
      {"::1", "--server [::1]:50051"},
      {"rig:port", "--server rig:50051"},
      {"50051", "--server 127.0.0.1:50051"},
      {"http://localhost", "--server localhost:50051"},
      {"https://", "--server 127.0.0.1:50051"},
      {"ipv4:127.0.0.1:50051", "--server 127.0.0.1:50051"},
      {"/run/rig/socket", "--server unix:/run/rig/socket"},
      {"unix:", "--server unix:/run/efferent/socket"}};
  const std::vector<std::vector<std::string>> commands = {
      {"session", "list"},        {"top"}, {"health"}, {"sessions"}, {"subject"}, {"arm"},
      {"load", "--sessions", "1"}};
  for (const auto& [address, advice] : cases) {
    // Each command takes its turn: all of them have the same connection.
    for (std::vector<std::string> command : commands) {
      if (address != "localhost" && command != commands.front()) continue;
      command.insert(command.end(), {"--server", address});
      const Outcome outcome = Efferent(command);
      EXPECT_EQ(outcome.exit_status, 2) << outcome.output;
      EXPECT_THAT(outcome.output, HasSubstr("ype " + advice)) << command.front();
    }
    // The last one named is taken, whether a server is there or not.
    const std::string typed = WordAfter("--server ", Efferent({"health", "--server", address}));
    EXPECT_NE(Efferent({"health", "--server", typed, "--timeout-s", "0.1"}).exit_status, 2)
        << typed;
  }
}

TEST(CommandLine, WithoutAServerEachCommandSaysThatItWaitsHowLongAndWhatToDo) {
  const ScratchFolder folder;
  const std::string recording = (folder.path() / "r.nwb").string();
  WriteSyntheticNwb(recording, {.num_trials = 4});
  const std::string address = AddressWithoutServer();
  const std::vector<std::pair<std::vector<std::string>, std::string>> commands = {
      {{"subject", "--reconnect-s", "7200"}, "7200"},
      {{"arm", "--reconnect-s", "7200"}, "7200"},
      {{"stream", "--recording", recording, "--wait", "3600"}, "3600"},
      {{"top", "--timeout-s", "600"}, "600"},
      {{"session", "list", "--timeout-s", "600"}, "600"},
      {{"sessions", "--timeout-s", "600"}, "600"},
      {{"load", "--sessions", "1"}, "10"}};
  std::vector<std::unique_ptr<RunningProgram>> programs;
  for (auto [command, wait_s] : commands) {
    command.insert(command.end(), {"--server", address});
    programs.push_back(std::make_unique<RunningProgram>("efferent", command));
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    EXPECT_TRUE(programs[i]->Says("no Efferent server answers at " + address +
                                  " yet; waiting for one up to " + commands[i].second +
                                  " s. Start one with `efferentd --listen " + address + "`"))
        << commands[i].first.front() << ": " << programs[i]->output();
  }
}

TEST(CommandLine, ASubjectThatWaitsGoesOnWithTheServerThatIsStartedAsItSays) {
  const std::string address = AddressWithoutServer();
  RunningProgram subject("efferent", {"subject", "--session", "s", "--server", address});
  ASSERT_TRUE(subject.Says("efferentd --listen " + address)) << subject.output();
  const RunningServer server(address);
  EXPECT_TRUE(subject.Says("created session s")) << subject.output();
}

TEST(CommandLine, WhatWasSaidWhileWaitingIsNotSaidAgain) {
  const Outcome outcome =
      Efferent({"session", "list", "--timeout-s", "0.8", "--server", AddressWithoutServer()});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("efferent: no Efferent server answers at "));
  EXPECT_EQ(outcome.output.find("Start one"), outcome.output.rfind("Start one"));
}

// What nobody has taught reaches nothing; an arm that waits for a session names its maker.
TEST(CommandLine, AFrozenDecoderThatHasLearntFromNothingIsSaidToHaveDoneSo) {
  const RunningServer server;
  RunningProgram arm("efferent",
                     {"arm", "--server", server.address(), "--session", "s", "--hold-s", "0.1",
                      "--limit-s", "0.2", "--lockstep", "--phase", "test:1:frozen", "--phase",
                      "practice:1:learn", "--phase", "again:1:frozen"});
  ASSERT_TRUE(arm.Says("`efferent subject --session s` creates it")) << arm.output();
  RunningProgram subject("efferent",
                         {"subject", "--server", server.address(), "--session", "s", "--lockstep"});
  EXPECT_EQ(arm.Wait(), 0);
  EXPECT_THAT(arm.output(),
              AllOf(HasSubstr("phase test: the frozen decoder has learnt from 0 bins in session s"),
                    HasSubstr("--phase practice:50:learn --phase test:1:frozen"),
                    HasSubstr("efferent decoder import s FILE"), Not(HasSubstr("phase again: "))));
}

TEST(CommandLine, AFullOutputDeviceIsAnError) {
  const RunningServer server;
  const std::vector<std::vector<std::string>> commands = {
      {"--help"},
      {"--version"},
      {"stream", "--help"},
      {"session", "list", "--server", server.address()},
      {"session", "list", "--json", "--server", server.address()},
      {"top", "--once", "--interval", "0.05", "--server", server.address()},
      {"health", "--server", server.address()},
      {"subject", "--print-config"}};
  for (const auto& command : commands) {
    const Outcome outcome = RunOntoFullDevice(command);
    EXPECT_EQ(outcome.exit_status, 1) << command.front() << ": " << outcome.output;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("standard output"), HasSubstr("No space left")))
        << command.front();
  }
}

TEST(CommandLine, FiguresAreKeptThoughTheOutputDeviceIsFull) {
  const ScratchFolder folder;
  const std::string recording = (folder.path() / "r.nwb").string();
  const std::string json = (folder.path() / "out.json").string();
  WriteSyntheticNwb(recording);
  const RunningServer server;
  const Outcome outcome =
      RunOntoFullDevice({"stream", "--recording", recording, "--decoder", "kalman", "--speed",
                         "max", "--json", json, "--server", server.address()});
  EXPECT_EQ(outcome.exit_status, 1) << outcome.output;
  EXPECT_THAT(ReadFile(json), HasSubstr("angle_median_deg"));
}

TEST(CommandLine, CtrlCEndsWith130) {
  RunningServer server;
  RunningProgram subject("efferent", {"subject", "--session", "s", "--server", server.address()});
  ASSERT_TRUE(server.Says("acquisition attached")) << server.output();
  kill(subject.process_id(), SIGINT);
  EXPECT_EQ(subject.Wait(), 130) << subject.output();
}

TEST(CommandLine, AnOutputThatIsThereIsRefusedBeforeTheWorkByEveryCommand) {
  const ScratchFolder folder;
  const std::string there = (folder.path() / "there.json").string();
  const RunningServer server;
  ASSERT_EQ(Efferent({"session", "list", "--server", server.address()}).exit_status, 0);
  ASSERT_EQ(RunProgram("/bin/sh", {"-c", "echo kept > '" + there + "'"}).exit_status, 0);
  const std::vector<std::vector<std::string>> commands = {
      {"stream", "--recording", "none.nwb"},
      {"eval", "recording", "none.nwb"},
      {"eval", "closed-loop"},
      {"subject"},
      {"arm"},
      {"load"},
      {"demo", "--out", (folder.path() / "demo").string()}};
  for (std::vector<std::string> command : commands) {
    command.insert(command.end(), {"--json", there});
    const Outcome outcome = Efferent(command);
    EXPECT_EQ(outcome.exit_status, 2) << outcome.output;
    EXPECT_THAT(outcome.output, AllOf(HasSubstr(there + " is there already"),
                                      HasSubstr("--overwrite"), Not(HasSubstr("none.nwb"))))
        << command.front();
  }
  EXPECT_EQ(ReadFile(there), "kept\n");
}

}  // namespace
}  // namespace efferent::test

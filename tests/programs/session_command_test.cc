// `efferent session` as a user runs it, against a server that runs.
#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class SessionCommand : public testing::Test {
 protected:
  void Create(const std::string& id) {
    const grpc::Status status = clients_.Create(id, SmallConfig());
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // `efferent ARGUMENTS... --server ADDRESS`.
  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }

  RunningServer server_;
  Clients clients_{server_.address()};
};

TEST_F(SessionCommand, AnEmptyServerSaysHowToBegin) {
  const Outcome outcome = Run({"session", "list"});
  EXPECT_EQ(outcome.exit_status, 0);
  EXPECT_THAT(outcome.output, HasSubstr("no session at " + server_.address()));
}

TEST_F(SessionCommand, ListHasASessionARowAndShowItsCounters) {
  Create("s1");
  Create("s2");
  const auto call = clients_.Acquire("s1");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  ASSERT_TRUE(Send(call.get(), OneBin(3)));

  const Outcome list = Run({"session", "list"});
  EXPECT_EQ(list.exit_status, 0) << list.output;
  EXPECT_THAT(list.output, AllOf(ContainsRegex("\ns1 .*snn .* spikes, no arm [0-9.]+ s +4 +10 "),
                                 ContainsRegex("\ns2 .*snn .* none [0-9.]+ s +4 +10 ")));

  const Outcome show = Run({"session", "show", "s1"});
  EXPECT_EQ(show.exit_status, 0) << show.output;
  EXPECT_THAT(show.output,
              AllOf(HasSubstr("3 sent: 2 applied, 1 missing"), HasSubstr("2 decoded, 1 missing"),
                    HasSubstr("    num_neurons: 8\n")));
}

TEST_F(SessionCommand, JsonIsTheServersMessage) {
  Create("s1");
  const Outcome outcome = Run({"session", "show", "s1", "--json"});
  v1::Session session;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(outcome.output, &session).ok())
      << outcome.output;
  EXPECT_EQ(session.session_id(), "s1");
  EXPECT_EQ(session.config().num_channels(), static_cast<std::uint32_t>(kChannels));
}

TEST_F(SessionCommand, LearningIsFrozenAndResumed) {
  Create("s1");
  const Outcome frozen = Run({"session", "freeze", "s1"});
  EXPECT_EQ(frozen.exit_status, 0);
  EXPECT_THAT(frozen.output, HasSubstr("session s1: learning is frozen"));
  EXPECT_FALSE(clients_.Get("s1")->learning_enabled());
  const Outcome resumed = Run({"session", "resume", "s1"});
  EXPECT_EQ(resumed.exit_status, 0);
  EXPECT_THAT(resumed.output, HasSubstr("session s1: learning is on"));
  EXPECT_TRUE(clients_.Get("s1")->learning_enabled());
}

TEST_F(SessionCommand, OneThatCannotBeEndedDoesNotKeepTheOthers) {
  Create("s1");
  Create("s2");
  const Outcome outcome = Run({"session", "end", "s1", "nobody", "s2"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("session s1 has ended"), HasSubstr("cannot end session `nobody`"),
                    HasSubstr("session s2 has ended")));
  EXPECT_TRUE(clients_.List().empty());
}

TEST_F(SessionCommand, AllAreEndedOnlyIfThatIsMeant) {
  Create("s1");
  Create("s2");
  const Outcome asked = Run({"session", "end", "--all"});
  EXPECT_EQ(asked.exit_status, 2);
  EXPECT_THAT(asked.output, AllOf(HasSubstr("s1, s2"), HasSubstr("--yes")));
  EXPECT_EQ(clients_.List().size(), 2U);
  EXPECT_EQ(Run({"session", "end", "--all", "--yes"}).exit_status, 0);
  EXPECT_TRUE(clients_.List().empty());
  EXPECT_EQ(Run({"session", "end"}).exit_status, 2);
}

TEST_F(SessionCommand, AnUnknownSessionIsTheServersNotFound) {
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"show", "nobody"}, {"watch", "nobody"}, {"freeze", "nobody"}}) {
    std::vector<std::string> arguments{"session"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Outcome outcome = Run(arguments);
    EXPECT_EQ(outcome.exit_status, 1);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("`nobody`"), HasSubstr("NOT_FOUND")));
  }
}

TEST_F(SessionCommand, ADecoderThatMakesNoSenseNeverReachesTheServer) {
  Create("s1");
  const Outcome decoder = Run({"session", "swap", "s1", "--decoder", "snnn"});
  EXPECT_EQ(decoder.exit_status, 2);
  EXPECT_THAT(decoder.output, AllOf(HasSubstr("snnn"), HasSubstr("wiener")));
  const Outcome field =
      Run({"session", "shadow", "add", "s1", "a", "--decoder", "snn", "--set", "lerning_rate=0.1"});
  EXPECT_EQ(field.exit_status, 2);
  EXPECT_THAT(field.output, HasSubstr("did you mean `learning_rate`?"));
}

TEST_F(SessionCommand, WatchFollowsTrialsAndCommandsToTheSessionsEnd) {
  Create("s1");
  const auto arm = clients_.Arm("s1");
  const auto call = clients_.Acquire("s1");
  RunningProgram watch("efferent", {"session", "watch", "s1", "--server", server_.address()});
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  EXPECT_TRUE(watch.Says("commands are DECODED (bin 0)")) << watch.output();
  v1::StreamArmRequest update = ArmUpdateAt(kWidth);
  AddTrialEvent(&update, v1::TRIAL_EVENT_KIND_START, 0, "reach");
  ASSERT_TRUE(arm->Write(update));
  EXPECT_TRUE(watch.Says("trial 0 reach begins")) << watch.output();
  ASSERT_TRUE(clients_.End("s1").ok());
  EXPECT_EQ(watch.Wait(), 0) << watch.output();
  EXPECT_THAT(watch.output(), HasSubstr("session s1 has ended"));
}

TEST_F(SessionCommand, WatchEndsWhenItIsAskedToOrItsTimeIsOver) {
  Create("s1");
  EXPECT_EQ(Run({"session", "watch", "s1", "--seconds", "0.05"}).exit_status, 0);
  const auto call = clients_.Acquire("s1");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  RunningProgram watch("efferent",
                       {"session", "watch", "s1", "--json", "--server", server_.address()});
  EXPECT_TRUE(watch.Says("COMMAND_STATUS_DECODED")) << watch.output();
  EXPECT_EQ(watch.End(), kEndedBySigterm) << watch.output();
}

TEST(SessionCommandWithoutServer, SaysWhereItLookedAndWhatToDo) {
  std::string address;
  {
    const RunningServer server;
    address = server.address();
  }
  const Outcome outcome = RunProgram(
      ProgramDir() / "efferent", {"session", "list", "--server", address, "--timeout-s", "0.2"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("no Efferent server answers at " + address), HasSubstr("efferentd")));
}

}  // namespace
}  // namespace efferent::test

// `efferent top` on a terminal and without one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/programs/terminal_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kAlternateScreen = "\x1b[?1049h";
constexpr const char* kFormerScreen = "\x1b[?1049l";

class TopCommand : public testing::Test {
 protected:
  TopCommand() {
    const grpc::Status status = clients_.Create("s1", SmallConfig());
    EXPECT_TRUE(status.ok()) << status.error_message();
  }

  std::vector<std::string> Arguments() const {
    return {"top", "--interval", "0.05", "--server", server_.address()};
  }

  RunningServer server_;
  Clients clients_{server_.address()};
};

TEST_F(TopCommand, PrintsOneViewWithoutColoursWhereThereIsNoTerminal) {
  const Outcome outcome = RunProgram(ProgramDir() / "efferent", Arguments());
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output,
              AllOf(HasSubstr("efferent top   " + server_.address() + "   1 session"),
                    ContainsRegex("\ns1 +snn .*on +0.0 "), Not(HasSubstr("\x1b"))));
}

TEST_F(TopCommand, BorrowsTheTerminalUntilQIsPressed) {
  TerminalProgram top("efferent", Arguments(), 60, 10);
  EXPECT_TRUE(top.Shows(kAlternateScreen));
  EXPECT_TRUE(top.Shows("s1")) << top.output();
  EXPECT_FALSE(top.is_cooked());
  top.Type('q');
  EXPECT_EQ(top.Wait(), 0) << top.output();
  EXPECT_TRUE(top.output().ends_with(kFormerScreen)) << top.output();
  EXPECT_TRUE(top.is_cooked());
}

TEST_F(TopCommand, GivesTheTerminalBackWhenASignalEndsIt) {
  TerminalProgram top("efferent", Arguments(), 60, 10);
  ASSERT_TRUE(top.Shows("s1")) << top.output();
  top.AskToEnd();
  EXPECT_EQ(top.Wait(), 128 + SIGTERM) << top.output();
  EXPECT_TRUE(top.output().ends_with(kFormerScreen)) << top.output();
  EXPECT_TRUE(top.is_cooked());
}

TEST_F(TopCommand, CtrlCGivesTheTerminalBackAndEndsWith130) {
  TerminalProgram top("efferent", Arguments(), 60, 10);
  ASSERT_TRUE(top.Shows("s1")) << top.output();
  top.Type('\x03');
  EXPECT_EQ(top.Wait(), 130) << top.output();
  EXPECT_TRUE(top.output().ends_with(kFormerScreen)) << top.output();
}

TEST_F(TopCommand, LeavesOutColoursIfTheUserWantsNone) {
  TerminalProgram top("efferent", Arguments(), 60, 10, {{"NO_COLOR", "1"}});
  ASSERT_TRUE(top.Shows("s1")) << top.output();
  top.Type('q');
  EXPECT_EQ(top.Wait(), 0) << top.output();
  EXPECT_THAT(top.output(), Not(ContainsRegex("\x1b\\[[0-9]+m")));
}

TEST_F(TopCommand, PrintsOneViewOnATerminalThatCannotMoveItsCursor) {
  TerminalProgram top("efferent", Arguments(), 60, 10, {{"TERM", "dumb"}});
  EXPECT_EQ(top.Wait(), 0) << top.output();
  EXPECT_THAT(top.output(), AllOf(HasSubstr("s1"), Not(HasSubstr("\x1b"))));
}

TEST_F(TopCommand, KeysScrollAndSort) {
  for (const char* id : {"s2", "s3", "s4"}) ASSERT_TRUE(clients_.Create(id, SmallConfig()).ok());
  TerminalProgram top("efferent", Arguments(), 60, 7);
  ASSERT_TRUE(top.Shows("1 to 1 of 4")) << top.output();
  top.Type('j');
  EXPECT_TRUE(top.Shows("2 to 2 of 4")) << top.output();
  top.Type('G');
  EXPECT_TRUE(top.Shows("4 to 4 of 4")) << top.output();
  EXPECT_TRUE(top.Shows("s4")) << top.output();
}

TEST_F(TopCommand, ShowsNoMoreThanTheTerminalHolds) {
  for (const char* id : {"s2", "s3", "s4"}) ASSERT_TRUE(clients_.Create(id, SmallConfig()).ok());
  TerminalProgram top("efferent", Arguments(), 32, 7);
  EXPECT_TRUE(top.Shows("more\x1b[K\x1b[J")) << top.output();
  EXPECT_THAT(top.output(), Not(HasSubstr("s4")));
}

TEST_F(TopCommand, SaysThatTheServerIsLostAndFindsTheNextOne) {
  TerminalProgram top("efferent", Arguments(), 100, 10);
  ASSERT_TRUE(top.Shows("s1")) << top.output();
  server_.Kill();
  EXPECT_TRUE(top.Shows("trying again")) << top.output();
  const RunningServer next(server_.address());
  EXPECT_TRUE(top.Shows("0 sessions")) << top.output();
  top.Type('q');
  EXPECT_EQ(top.Wait(), 0) << top.output();
}

TEST(TopCommandWithoutServer, SaysWhereItLookedAndWhatToDo) {
  const Outcome outcome = RunProgram(ProgramDir() / "efferent",
                                     {"top", "--server", "127.0.0.1:1", "--timeout-s", "0.2"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("no Efferent server answers at 127.0.0.1:1"),
                                    HasSubstr("efferentd")));
}

}  // namespace
}  // namespace efferent::test

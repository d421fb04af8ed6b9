// A second subject or arm on a session that has one is refused before anything happens to the first, unless it is to
// take over; a client that died is replaced on request.
#include <gmock/gmock.h>

#include "tests/programs/live_source.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SecondClient : public testing::Test {
 protected:
  std::vector<std::string> Subject(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {
        "subject", "--server", server_.address(), "--session", "s", "--population", "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  RunningServer server_;
  LiveSource source_{server_.address()};
  Clients clients_{server_.address()};
};

TEST_F(SecondClient, SubjectIsRefusedWithWhatToDo) {
  const Outcome second = RunProgram(ProgramDir() / "efferent", Subject({}));
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output,
              AllOf(HasSubstr("another client streams to session `s`"), HasSubstr("--take-over")));
  EXPECT_EQ(source_.program().End(), kEndedBySigterm) << source_.program().output();
}

TEST_F(SecondClient, SubjectTakesOverOnRequestAndTheFirstSaysWhy) {
  RunningProgram second("efferent", Subject({"--take-over"}));
  EXPECT_EQ(source_.program().Wait(), 1);
  EXPECT_THAT(source_.program().output(), HasSubstr("another client took the session over"));
  EXPECT_EQ(second.End(), kEndedBySigterm) << second.output();
}

TEST_F(SecondClient, SessionIsReplacedOnlyWhenItsClientHasGone) {
  const std::int64_t created = clients_.Get("s")->create_time_unix_ns();
  const Outcome early = RunProgram(ProgramDir() / "efferent", Subject({"--replace"}));
  EXPECT_EQ(early.exit_status, 1);
  EXPECT_THAT(early.output, HasSubstr("session s is not replaced: a client is attached to it"));
  source_.program().Kill();
  ASSERT_TRUE(Eventually([&] { return !clients_.Get("s")->acquisition_attached(); }));
  RunningProgram second("efferent", Subject({"--replace"}));
  EXPECT_TRUE(second.Says("created session s:")) << second.output();
  EXPECT_NE(clients_.Get("s")->create_time_unix_ns(), created);
}

TEST_F(SecondClient, AndEverybodyHearsWhenTheSessionIsEnded) {
  RunningProgram arm("efferent", {"arm", "--server", server_.address(), "--session", "s"});
  ASSERT_TRUE(arm.Says("attached to session s")) << arm.output();
  ASSERT_TRUE(source_.program().Says("created session s")) << source_.program().output();
  ASSERT_TRUE(Eventually([&] {
    const auto session = clients_.Get("s");
    return session->acquisition_attached() && session->arm_attached();
  }));
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_EQ(source_.program().Wait(), 0);
  EXPECT_THAT(source_.program().output(), HasSubstr("session s was ended"));
  EXPECT_EQ(arm.Wait(), 0);
  EXPECT_THAT(arm.output(), HasSubstr("session s was ended"));
  EXPECT_THAT(server_.output(), testing::Not(HasSubstr("arm lost")));
}

}  // namespace
}  // namespace efferent::test

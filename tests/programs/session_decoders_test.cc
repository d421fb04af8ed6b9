// `efferent session swap`, `shadow` and `promote` as a user runs them, against a server that runs.
#include <gmock/gmock.h>
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
using testing::ElementsAre;
using testing::HasSubstr;

class SessionDecoders : public testing::Test {
 protected:
  SessionDecoders() {
    const grpc::Status status = clients_.Create("s1", SmallConfig());
    EXPECT_TRUE(status.ok()) << status.error_message();
    call_ = clients_.Acquire("s1");
  }

  // `efferent session ARGUMENTS... --server ADDRESS`.
  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "session");
    arguments.insert(arguments.end(), {"--server", server_.address()});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }

  // Changes take effect between two bins.
  v1::Session AfterTheNextBin() {
    EXPECT_TRUE(Send(call_.get(), OneBin(++num_bins_)));
    EXPECT_TRUE(Eventually([&] { return !clients_.Get("s1")->decoder_change_pending(); }));
    return *clients_.Get("s1");
  }

  static std::vector<std::string> Names(const v1::Session& session) {
    std::vector<std::string> names;
    for (const v1::SessionDecoder& decoder : session.decoders()) names.push_back(decoder.name());
    return names;
  }

  RunningServer server_;
  Clients clients_{server_.address()};
  std::unique_ptr<AcquisitionCall> call_;
  std::uint64_t num_bins_ = 0;
};

TEST_F(SessionDecoders, AnotherDecoderDrivesWithTheSettingsThatWereAskedFor) {
  const Outcome outcome = Run({"swap", "s1", "--decoder", "rls", "--set", "ridge=7"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("session s1: rls drives from the next bin on"));
  const v1::Session session = AfterTheNextBin();
  EXPECT_THAT(Names(session), ElementsAre("driver"));
  EXPECT_EQ(session.decoders(0).config().rls().ridge(), 7.0);
}

TEST_F(SessionDecoders, AShadowIsAddedPromotedAndTakenAway) {
  const Outcome added = Run({"shadow", "add", "s1", "calm", "--decoder", "nlms"});
  EXPECT_EQ(added.exit_status, 0) << added.output;
  EXPECT_THAT(added.output, AllOf(HasSubstr("shadow `calm` is scored from the next bin on"),
                                  ContainsRegex("\nshadow calm +nlms ")));
  EXPECT_THAT(Names(AfterTheNextBin()), ElementsAre("driver", "calm"));

  const Outcome promoted = Run({"promote", "s1", "calm"});
  EXPECT_EQ(promoted.exit_status, 0) << promoted.output;
  EXPECT_THAT(promoted.output, AllOf(HasSubstr("session s1: nlms drives from the next bin on"),
                                     ContainsRegex("\nshadow calm +snn ")));
  const v1::Session session = AfterTheNextBin();
  EXPECT_TRUE(session.decoders(0).config().has_nlms());
  EXPECT_TRUE(session.decoders(1).config().has_snn());

  const Outcome list = Run({"shadow", "list", "s1"});
  EXPECT_EQ(list.exit_status, 0);
  EXPECT_THAT(list.output,
              AllOf(ContainsRegex("\ndriver +nlms "), ContainsRegex("\nshadow calm +snn ")));

  const Outcome removed = Run({"shadow", "remove", "s1", "calm"});
  EXPECT_EQ(removed.exit_status, 0) << removed.output;
  EXPECT_THAT(Names(AfterTheNextBin()), ElementsAre("driver"));
}

TEST_F(SessionDecoders, AShadowWithoutADecoderIsATwinOfTheDriver) {
  const Outcome outcome = Run({"shadow", "add", "s1", "still", "--frozen"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, ContainsRegex("\nshadow still +snn +frozen "));
  const v1::Session session = AfterTheNextBin();
  ASSERT_THAT(Names(session), ElementsAre("driver", "still"));
  EXPECT_EQ(session.decoders(1).config().snn().num_neurons(), 8U);
  EXPECT_TRUE(session.decoders(1).frozen());
}

TEST_F(SessionDecoders, WhatTheServerRefusesIsSaidInItsWords) {
  const Outcome unknown = Run({"promote", "s1", "nobody"});
  EXPECT_EQ(unknown.exit_status, 1);
  EXPECT_THAT(unknown.output, AllOf(HasSubstr("cannot promote shadow `nobody` of session `s1`"),
                                    HasSubstr("NOT_FOUND")));
  const Outcome bound = Run({"swap", "s1", "--decoder", "snn", "--set", "num_neurons=0"});
  EXPECT_EQ(bound.exit_status, 2);
  EXPECT_THAT(bound.output, HasSubstr("decoder.snn.num_neurons: "));
  const Outcome session = Run({"shadow", "remove", "nobody", "calm"});
  EXPECT_EQ(session.exit_status, 1);
  EXPECT_THAT(session.output, AllOf(HasSubstr("`nobody`"), HasSubstr("NOT_FOUND")));
}

}  // namespace
}  // namespace efferent::test

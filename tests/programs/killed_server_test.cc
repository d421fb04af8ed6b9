// kill -9 while all clients run: they say so, the arm stops, and they go on with the next server.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"
#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent::test {
namespace {

class KilledServer : public testing::Test {
 protected:
  void Kill() { server_->Kill(); }
  void StartAgain() { server_ = std::make_unique<RunningServer>(address_); }

  std::unique_ptr<RunningServer> server_ = std::make_unique<RunningServer>();
  std::string address_ = server_->address();
};

TEST_F(KilledServer, SubjectAndArmSayItStandStillAndGoOnWithTheNextOne) {
  RunningProgram subject("efferent", {"subject", "--server", address_, "--session", "s"});
  RunningProgram arm("efferent", {"arm", "--server", address_, "--session", "s", "--end-session",
                                  "--phase", "first:3:learn"});
  ASSERT_TRUE(arm.Says("attached to session s")) << arm.output();
  ASSERT_TRUE(subject.Says("created session s")) << subject.output();
  Kill();
  EXPECT_TRUE(arm.Says("the arm stands still, trying again")) << arm.output();
  EXPECT_TRUE(subject.Says("lost the server at " + address_)) << subject.output();
  StartAgain();
  EXPECT_TRUE(subject.Says("the decoder starts from nothing")) << subject.output();
  EXPECT_TRUE(arm.Says("a new one: its decoder starts from nothing, the trial is repeated"))
      << arm.output();
  EXPECT_EQ(arm.Wait(), 0) << arm.output();
  EXPECT_EQ(subject.Wait(), 0) << subject.output();
}

TEST_F(KilledServer, RecordingGoesOnWhereItStood) {
  const std::string recording = ScratchFile();
  WriteSmallRecording(recording);  // 10 bins of 20 ms: 200 ms each at this speed
  RunningProgram stream("efferent", {"stream", "--server", address_, "--recording", recording,
                                     "--speed", "0.1", "--session", "s"});
  ASSERT_TRUE(server_->Says("acquisition attached")) << stream.output();
  Kill();
  EXPECT_TRUE(stream.Says("connection to " + address_ + " lost after bin ")) << stream.output();
  StartAgain();
  EXPECT_TRUE(stream.Says("its decoder starts from nothing; going on from bin "))
      << stream.output();
  EXPECT_EQ(stream.Wait(), 0) << stream.output();
  EXPECT_NE(stream.output().find("10 of 10 bins"), std::string::npos) << stream.output();
  EXPECT_NE(stream.output().find("1 reconnections, 1 sessions made anew"), std::string::npos)
      << stream.output();
  std::filesystem::remove(recording);
}

// Sessions do not outlive their server. An arm makes none: it says that it waits for one.
TEST_F(KilledServer, ArmAloneWaitsForItsSessionAtTheNextOneAndDoesNotMoveOnOldCommands) {
  v1::SessionConfig config = SmallConfig();
  v1::KalmanConfig* constant = config.mutable_decoder()->mutable_kalman();
  for (const double gain : {0.0, 0.0, 0.0, 0.0}) constant->add_m1(gain);
  for (int i = 0; i < 2 * kChannels; ++i) constant->add_m2(0.0);
  for (const double speed_m_s : {0.05, 0.0}) constant->add_m0(speed_m_s);
  config.mutable_features()->set_normalize(false);
  auto clients = std::make_unique<Clients>(address_);
  ASSERT_TRUE(clients->Create("s", config).ok());
  RunningProgram arm("efferent", {"arm", "--server", address_, "--session", "s"});
  ASSERT_TRUE(Eventually([&] { return clients->Get("s")->arm_attached(); })) << arm.output();
  {
    auto source = clients->Acquire("s");
    auto watch = clients->Watch("s");
    std::uint64_t n = 0;
    // The arm brings itself to the start of a trial before it follows the decoder.
    EXPECT_TRUE(Eventually([&] {
      if (!Send(source.get(), OneBin(++n))) return false;
      const auto news = watch->Read();
      return news && news->arm_state().engaged() && news->arm_state().velocity_m_s(0) > 0.01;
    })) << arm.output();
    Kill();
    source->Cancel();
    watch->Cancel();
  }
  EXPECT_TRUE(arm.Says("the arm stands still, trying again")) << arm.output();
  StartAgain();
  EXPECT_TRUE(arm.Says("waiting for session s")) << arm.output();

  clients = std::make_unique<Clients>(address_);
  ASSERT_TRUE(clients->Create("s", config).ok());
  auto watch = clients->Watch("s");
  while (const auto news = watch->Read()) {
    if (!news->has_arm_state()) continue;
    EXPECT_FALSE(news->arm_state().engaged());
    EXPECT_NEAR(news->arm_state().velocity_m_s(0), 0.0, 0.002) << "at rest";
    EXPECT_NEAR(news->arm_state().velocity_m_s(1), 0.0, 0.002);
    break;
  }
  watch->Cancel();
  EXPECT_TRUE(arm.Says("a new one: its decoder starts from nothing")) << arm.output();
  EXPECT_EQ(arm.End(), kEndedBySigterm) << arm.output();
}

TEST_F(KilledServer, IsNamedByThoseWhoWatchAndItsSessionsAreNotFoundAtTheNextOne) {
  ASSERT_TRUE(Clients(address_).Create("s", SmallConfig()).ok());
  RunningProgram watch("efferent", {"session", "watch", "s", "--server", address_, "--json"});
  ASSERT_TRUE(watch.Says("statistics")) << watch.output();
  Kill();
  EXPECT_EQ(watch.Wait(), 1) << watch.output();
  EXPECT_NE(watch.output().find("cannot follow session `s`"), std::string::npos) << watch.output();
  EXPECT_NE(watch.output().find("UNAVAILABLE"), std::string::npos) << watch.output();
  StartAgain();
  for (const char* command : {"show", "freeze", "end", "watch"}) {
    const Outcome outcome =
        RunProgram(ProgramDir() / "efferent", {"session", command, "s", "--server", address_});
    EXPECT_EQ(outcome.exit_status, 1) << command;
    EXPECT_NE(outcome.output.find("NOT_FOUND"), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("`s`"), std::string::npos) << outcome.output;
  }
}

TEST_F(KilledServer, ThatStaysAwayIsGivenUp) {
  RunningProgram subject("efferent",
                         {"subject", "--server", address_, "--session", "s", "--reconnect-s", "2"});
  RunningProgram arm("efferent",
                     {"arm", "--server", address_, "--session", "s", "--reconnect-s", "2"});
  ASSERT_TRUE(arm.Says("attached to session s")) << arm.output();
  Kill();
  EXPECT_EQ(arm.Wait(), 1);
  EXPECT_TRUE(arm.Says("could not reach it again within 2 s")) << arm.output();
  EXPECT_TRUE(arm.Says("the arm stands still")) << arm.output();
  EXPECT_EQ(subject.Wait(), 1);
  EXPECT_TRUE(subject.Says("could not reach it again within 2 s")) << subject.output();
}

}  // namespace
}  // namespace efferent::test

// kill -9 while all clients run: they say so, the arm stops, and they go on with the next server.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
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

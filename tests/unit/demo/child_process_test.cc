#include "clients/demo/child_process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace efferent::demo {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  ChildProcessTest()
      : log_(std::filesystem::path(testing::TempDir()) /
             ("efferent_child_" +
              std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) +
              ".log")) {}
  ~ChildProcessTest() override { std::filesystem::remove(log_); }

  std::unique_ptr<ChildProcess> Shell(const std::string& script) {
    return std::make_unique<ChildProcess>("shell", "/bin/sh",
                                          std::vector<std::string>{"-c", script}, log_);
  }
  /// Waits until the child has written `text`.
  static bool HasWritten(const ChildProcess& child, const std::string& text) {
    for (int i = 0; i < 2000; ++i) {
      if (child.ReadLog().find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }

  std::filesystem::path log_;
};

TEST_F(ChildProcessTest, KeepsWhatItSaysAndHowItEnded) {
  auto child = Shell("echo one; echo two >&2; echo three; exit 3");
  child->WaitOrKill(std::chrono::seconds(20));
  EXPECT_EQ(child->exit_status(), 3);
  EXPECT_EQ(child->DescribeEnd(), "exit status 3");
  EXPECT_EQ(child->ReadLog(), "one\ntwo\nthree\n");
  EXPECT_EQ(child->TailOfLog(2), "two\nthree\n");
  EXPECT_EQ(child->TailOfLog(9), "one\ntwo\nthree\n");
}

TEST_F(ChildProcessTest, BeginsWithANewLog) {
  std::ofstream(log_) << "of an earlier, longer run\n";
  auto child = Shell("echo new");
  child->WaitOrKill(std::chrono::seconds(20));
  EXPECT_EQ(child->ReadLog(), "new\n");
}

TEST_F(ChildProcessTest, EndsWhenAsked) {
  auto child = Shell("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(HasWritten(*child, "ready"));
  EXPECT_TRUE(child->IsRunning());
  EXPECT_FALSE(child->exit_status());
  child->AskToEnd();
  child->WaitOrKill(std::chrono::seconds(20));
  EXPECT_EQ(child->exit_status(), 0);
  EXPECT_EQ(child->ReadLog(), "ready\nbye\n");
}

TEST_F(ChildProcessTest, IsKilledIfItDoesNotEnd) {
  auto child = Shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
  ASSERT_TRUE(HasWritten(*child, "ready"));
  child->AskToEnd();
  child->WaitOrKill(std::chrono::milliseconds(50));
  EXPECT_FALSE(child->IsRunning());
  EXPECT_EQ(child->DescribeEnd(), "signal 9");
}

TEST_F(ChildProcessTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(ChildProcess("none", "/nonexistent/program", {}, log_), std::runtime_error);
}

}  // namespace
}  // namespace efferent::demo

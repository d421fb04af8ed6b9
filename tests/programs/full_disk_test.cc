// A disk that is full, a real one of a few megabytes: sessions go on, everybody is told, and when there is
// room again nothing is missing. Needs a mount namespace; where the system allows none, the tests of a faulty
// disk (tests/unit/recording/faulty_disk_test.cc) stand for it.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

/// A server whose data directory is on a disk of its own, most of which another file takes.
class FullDisk : public testing::Test {
 protected:
  FullDisk() : folder_(ScratchFile()) {
    std::filesystem::remove(folder_);
    std::filesystem::create_directory(folder_);
    const std::string efferentd = ProgramDir() / "efferentd";
    server_ = std::make_unique<RunningProgram>(
        "/usr/bin/unshare",
        std::vector<std::string>{"--map-root-user", "--mount", "/bin/sh", "-c",
                                 "mount -t tmpfs -o size=4m tmpfs " + folder_ +
                                     " && head -c 3500000 /dev/zero > " + folder_ +
                                     "/filler && exec setpriv --pdeathsig KILL " + efferentd +
                                     " --listen 127.0.0.1:0 --data-dir " + folder_ + "/data"});
  }
  ~FullDisk() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    const std::string listening = "listening on ";
    if (!server_->Says(listening))
      GTEST_SKIP() << "no mount namespaces here: " << server_->output();
    const std::string text = server_->output();
    const std::size_t address = text.find(listening) + listening.size();
    address_ = text.substr(address, text.find('\n', address) - address);
  }

  Outcome Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--server", address_});
    return RunProgram(ProgramDir() / "efferent", arguments);
  }
  /// What takes the room is removed.
  void MakeRoom() {
    const Outcome outcome = RunProgram(
        "/usr/bin/nsenter", {"--target", std::to_string(server_->process_id()), "--user", "--mount",
                             "--preserve-credentials", "/bin/rm", folder_ + "/filler"});
    ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  }

  std::string folder_;
  std::unique_ptr<RunningProgram> server_;
  std::string address_;
};

TEST_F(FullDisk, StopsNoSessionAndLosesNothingThatIsMadeUpForInTime) {
  Clients clients(address_);
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  auto source = clients.Acquire("s", /*return_commands=*/true);
  std::uint64_t n = 0;
  while (server_->output().find("NOTHING IS RECORDED") == std::string::npos) {
    ASSERT_TRUE(Send(source.get(), OneBin(++n)));
    ASSERT_LT(n, 1'000'000u) << "the disk is too large";
  }
  EXPECT_NE(server_->output().find("full"), std::string::npos) << server_->output();
  for (int i = 0; i < 200; ++i) {
    const auto ack = Send(source.get(), OneBin(++n));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->commands_size(), 1);
    EXPECT_LT(ack->durable_sequence_number(), n);
  }
  const Outcome list = Run({"session", "list"});
  EXPECT_NE(list.output.find("NOTHING IS RECORDED"), std::string::npos) << list.output;
  EXPECT_EQ(Run({"sessions", "s"}).exit_status, 0) << "what was recorded stays readable";

  MakeRoom();
  EXPECT_TRUE(
      Eventually([&] { return clients.Get("s")->recording().durable_sequence_number() == n; }));
  EXPECT_TRUE(server_->Says("goes on")) << server_->output();
  EXPECT_EQ(clients.Get("s")->recording().lost_record_count(), 0u);
  EXPECT_TRUE(clients.End("s").ok());
  const Outcome verified = Run({"replay", "s", "--verify"});
  EXPECT_EQ(verified.exit_status, 0) << verified.output;
  EXPECT_NE(verified.output.find(std::to_string(n) + " bins"), std::string::npos)
      << verified.output;
  EXPECT_EQ(server_->End(), 0) << server_->output();
}

}  // namespace
}  // namespace efferent::test

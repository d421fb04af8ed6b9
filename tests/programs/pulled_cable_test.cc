// The kernel's own network between a source and the server: a cable pulled out (the link is down: no
// FIN, no RST), and a loose contact, which loses packets. Each side has a network namespace; where the
// system allows none, the tests of the proxy (cut_cable_test.cc) stand for these.
#include <filesystem>
#include <fstream>

#include "tests/programs/live_source.h"
#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

/// Two namespaces, of the server and of the rig, with a cable between them; they go with this object.
class Network {
 public:
  Network()
      : server_side_("/usr/bin/unshare", {"--map-root-user", "--net", "/bin/sleep", kLifetimeS}) {
    if (!Holds(server_side_)) return;
    std::vector<std::string> arguments = Entering(server_side_);
    arguments.insert(arguments.end(), {"/usr/bin/unshare", "--net", "/bin/sleep", kLifetimeS});
    rig_side_.emplace("/usr/bin/nsenter", arguments);
    if (!Holds(*rig_side_)) return;
    const std::string rig = std::to_string(rig_side_->process_id());
    works_ = OnServer("ip link add cable type veth peer name cable netns " + rig) &&
             OnServer("ip address add 10.77.0.1/24 dev cable") &&
             OnServer("ip link set cable up") && OnServer("ip link set lo up") &&
             OnRig("ip address add 10.77.0.2/24 dev cable") && OnRig("ip link set cable up");
  }

  bool works() const { return works_; }
  /// Why not, if it does not.
  const std::string& reason() const { return reason_; }

  /// Runs a command of the shell on the server's side. False if it fails.
  bool OnServer(const std::string& command) { return Run(server_side_, command); }

  /// Arguments of nsenter that run a program there, so that it ends when this process does.
  std::vector<std::string> ServerArguments(const std::vector<std::string>& program) {
    return Inside(server_side_, program);
  }
  std::vector<std::string> RigArguments(const std::vector<std::string>& program) {
    return Inside(*rig_side_, program);
  }

 private:
  static constexpr const char* kLifetimeS = "170";

  /// Whether the sleeping process that keeps a namespace has come to sleep.
  bool Holds(RunningProgram& keeper) {
    const std::string comm = "/proc/" + std::to_string(keeper.process_id()) + "/comm";
    const bool sleeps = Eventually([&] {
      std::string name;
      std::ifstream(comm) >> name;
      return name == "sleep" || !keeper.output().empty();
    });
    reason_ = keeper.output();
    return sleeps && reason_.empty();
  }
  static std::vector<std::string> Entering(const RunningProgram& keeper) {
    return {"--target", std::to_string(keeper.process_id()), "--user", "--net",
            "--preserve-credentials"};
  }
  static std::vector<std::string> Inside(const RunningProgram& keeper,
                                         const std::vector<std::string>& program) {
    std::vector<std::string> arguments = Entering(keeper);
    arguments.insert(arguments.end(), {"/usr/bin/setpriv", "--pdeathsig", "KILL"});
    arguments.insert(arguments.end(), program.begin(), program.end());
    return arguments;
  }
  bool OnRig(const std::string& command) { return Run(*rig_side_, command); }
  bool Run(const RunningProgram& keeper, const std::string& command) {
    std::vector<std::string> arguments = Entering(keeper);
    arguments.insert(arguments.end(), {"/bin/sh", "-c", command});
    const Outcome outcome = RunProgram("/usr/bin/nsenter", arguments);
    if (outcome.exit_status != 0) reason_ = command + ": " + outcome.output;
    return outcome.exit_status == 0;
  }

  RunningProgram server_side_;
  std::optional<RunningProgram> rig_side_;
  std::string reason_;
  bool works_ = false;
};

class PulledCable : public testing::Test {
 protected:
  void SetUp() override {
    if (!network_.works()) GTEST_SKIP() << "no network namespaces here: " << network_.reason();
    config_ = ScratchFile();
    std::ofstream(config_) << "server: {keepalive_s: 1}\n";
    socket_ = "unix:" + ScratchFile() + ".socket";
    // The healthy path: a socket in the file system, which every namespace sees.
    server_.emplace(
        "/usr/bin/nsenter",
        network_.ServerArguments({ProgramDir() / "efferentd", "--config", config_, "--insecure",
                                  "--listen", "10.77.0.1:50051", "--listen", socket_}));
    ASSERT_TRUE(server_->Says("listening on 10.77.0.1:50051")) << server_->output();
    clients_.emplace(socket_);
    source_.emplace("10.77.0.1:50051", [this](const std::vector<std::string>& program) {
      return network_.RigArguments(program);
    });
    arm_ = clients_->Arm("s");
    ASSERT_TRUE(Moves(arm_.get(), 20));
  }
  void TearDown() override { std::filesystem::remove(config_); }
  v1::Session Now() { return clients_->Get("s").value(); }

  Network network_;
  std::string config_, socket_;
  std::optional<RunningProgram> server_;
  std::optional<Clients> clients_;
  std::optional<LiveSource> source_;
  std::unique_ptr<ArmCall> arm_;
};

TEST_F(PulledCable, OfTheSourceStopsTheArmThoughTheStreamStandsAndNothingIsAppliedTwice) {
  ASSERT_TRUE(network_.OnServer("ip link set cable down")) << network_.reason();
  const auto commands = ReadUntilStopped(arm_.get());
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(StatusesOfSilence(commands),
            (std::vector{v1::COMMAND_STATUS_HELD, v1::COMMAND_STATUS_STOPPED}));
  EXPECT_EQ(commands.back().velocity_m_s(0), 0.0);
  EXPECT_TRUE(Now().acquisition_attached()) << "TCP does not know yet";
  EXPECT_TRUE(Eventually([&] { return !Now().acquisition_attached(); })) << "keepalive does";
  ExpectEveryChunkOnce(Now());

  ASSERT_TRUE(network_.OnServer("ip link set cable up")) << network_.reason();
  EXPECT_TRUE(source_->program().Says("attached to session s again"))
      << source_->program().output();
  EXPECT_TRUE(Moves(arm_.get(), 20));
  const std::uint64_t num_acknowledged = source_->EndAndCountBins();
  const v1::Session session = Now();
  ExpectEveryChunkOnce(session);
  EXPECT_GE(session.applied_sequence_number(), num_acknowledged);
  EXPECT_LE(session.applied_sequence_number(), num_acknowledged + 1);
}

TEST_F(PulledCable, LooseContactDelaysAndLosesNothing) {
  constexpr std::uint64_t kTimes = 10;
  for (std::uint64_t i = 0; i < kTimes; ++i) {
    ASSERT_TRUE(network_.OnServer("ip link set cable down")) << network_.reason();
    ASSERT_TRUE(ReadUntil(arm_.get(), [](const auto& command) {
      return command.status() == v1::COMMAND_STATUS_HELD;
    }));
    ASSERT_TRUE(network_.OnServer("ip link set cable up")) << network_.reason();
    ASSERT_TRUE(Moves(arm_.get(), 5));
  }
  const std::uint64_t num_acknowledged = source_->EndAndCountBins();
  const v1::Session session = Now();
  ExpectEveryChunkOnce(session);
  EXPECT_GE(session.applied_sequence_number(), num_acknowledged);
  EXPECT_LE(session.applied_sequence_number(), num_acknowledged + kTimes);
  EXPECT_GE(session.statistics().held_count(), kTimes);
}

}  // namespace
}  // namespace efferent::test

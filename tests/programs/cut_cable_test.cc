// The cable between a client and the server is cut: nothing comes, and TCP believes that all is well.
// The server's keepalive is 1 s here, so that it ends the dead stream while we wait.
#include <filesystem>
#include <fstream>

#include "tests/programs/live_source.h"
#include "tests/programs/programs.h"
#include "tests/programs/tcp_proxy.h"

namespace efferent::test {
namespace {

using Direction = TcpProxy::Direction;

/// A server that looks after its connections every second.
class WatchfulServer {
 public:
  WatchfulServer() : config_(Written()), server_("127.0.0.1:0", {"--config", config_}) {}
  ~WatchfulServer() { std::filesystem::remove(config_); }
  const std::string& address() const { return server_.address(); }

 private:
  static std::string Written() {
    std::string file = ScratchFile();
    std::ofstream(file) << "server: {keepalive_s: 1}\n";
    return file;
  }
  std::string config_;
  RunningServer server_;
};

class Cable : public testing::Test {
 protected:
  v1::Session Now() { return clients_.Get("s").value(); }

  WatchfulServer server_;
  TcpProxy cable_{server_.address()};
  Clients clients_{server_.address()};
};

class CutCable : public Cable, public testing::WithParamInterface<Direction> {};

TEST_P(CutCable, OfTheSourceStopsTheArmThoughTheStreamStandsAndNothingIsAppliedTwice) {
  LiveSource source(cable_.address());
  auto arm = clients_.Arm("s");
  ASSERT_TRUE(Moves(arm.get(), 20));
  cable_.Cut(GetParam());
  const auto commands = ReadUntilStopped(arm.get());
  ASSERT_FALSE(commands.empty());
  EXPECT_EQ(StatusesOfSilence(commands),
            (std::vector{v1::COMMAND_STATUS_HELD, v1::COMMAND_STATUS_STOPPED}));
  EXPECT_EQ(commands.back().velocity_m_s(0), 0.0);
  EXPECT_TRUE(Now().acquisition_attached()) << "TCP does not know yet";
  EXPECT_TRUE(Eventually([&] { return !Now().acquisition_attached(); })) << "keepalive does";
  const v1::Session cut = Now();
  EXPECT_EQ(cut.statistics().command_status(), v1::COMMAND_STATUS_STOPPED);
  ExpectEveryChunkOnce(cut);

  cable_.Mend();
  EXPECT_TRUE(source.program().Says("attached to session s again")) << source.program().output();
  EXPECT_TRUE(Moves(arm.get(), 20));
  const std::uint64_t num_acknowledged = source.EndAndCountBins();
  const v1::Session session = Now();
  ExpectEveryChunkOnce(session);
  // The one under way when the cable was cut may have been applied without its acknowledgement.
  EXPECT_GE(session.applied_sequence_number(), num_acknowledged);
  EXPECT_LE(session.applied_sequence_number(), num_acknowledged + 1);
}

INSTANTIATE_TEST_SUITE_P(Way, CutCable,
                         testing::Values(Direction::kToServer, Direction::kToClient,
                                         Direction::kBoth),
                         [](const auto& test) {
                           return test.param == Direction::kToServer   ? "ToTheServer"
                                  : test.param == Direction::kToClient ? "ToTheClient"
                                                                       : "Both";
                         });

class CutCableOfTheArm : public Cable {
 protected:
  CutCableOfTheArm() {
    EXPECT_TRUE(arm_.Says("commands come") || arm_.Says("attached to session s")) << arm_.output();
    EXPECT_TRUE(Eventually([&] { return Now().arm_attached(); }));
  }
  LiveSource source_{server_.address()};
  RunningProgram arm_{"efferent", {"arm", "--server", cable_.address(), "--session", "s"}};
};

TEST_F(CutCableOfTheArm, StopsTheArmByItselfAndTheSessionDecodesOn) {
  const std::uint64_t before = Now().statistics().decoded_bin_count();
  cable_.Cut(Direction::kBoth);
  EXPECT_TRUE(arm_.Says("no commands come: the arm stopped by itself")) << arm_.output();
  EXPECT_TRUE(Eventually([&] { return !Now().arm_attached(); })) << "the server notices too";
  EXPECT_TRUE(Eventually([&] { return Now().statistics().decoded_bin_count() > before + 20; }));
  cable_.Mend();
  EXPECT_TRUE(arm_.Says("attached to session s again")) << arm_.output();
  EXPECT_TRUE(Eventually([&] { return Now().arm_attached(); }));
  source_.EndAndCountBins();
  ExpectEveryChunkOnce(Now());
}

}  // namespace
}  // namespace efferent::test

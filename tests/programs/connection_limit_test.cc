// More connections than the server has descriptors for: running sessions go on, whoever is refused is told, and
// when some have gone new clients come in.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <fstream>
#include <list>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

// 64 are the server's own (server/open_files.h).
constexpr int kFiles = 128, kConnections = 64;

/// A server that a shell has given limits before: `ulimit` and what it is told.
class LimitedServer : public RunningProgram {
 public:
  explicit LimitedServer(const std::string& ulimit, const std::string& arguments = "")
      : RunningProgram("/bin/sh", {"-c", "ulimit " + ulimit + " && exec " +
                                             (ProgramDir() / "efferentd").string() +
                                             " --listen 127.0.0.1:0 " + arguments}) {}
  std::string address() {
    const std::string listening = "listening on ";
    EXPECT_TRUE(Says(listening)) << output();
    const std::string text = output();
    const std::size_t begin = text.find(listening) + listening.size();
    return text.substr(begin, text.find('\n', begin) - begin);
  }
};

/// Connections on which nothing is ever sent.
class SilentCrowd {
 public:
  explicit SilentCrowd(const std::string& address)
      : endpoint_(boost::asio::ip::make_address("127.0.0.1"),
                  static_cast<unsigned short>(std::stoi(address.substr(address.rfind(':') + 1)))) {}
  void Add(int count) {
    for (int i = 0; i < count; ++i) sockets_.emplace_back(io_).connect(endpoint_);
  }
  void Leave() { sockets_.clear(); }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::endpoint endpoint_;
  std::list<boost::asio::ip::tcp::socket> sockets_;
};

/// How a call ends whose client does not wait until it may connect.
grpc::Status FirstTry(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  const auto stub = v1::SessionService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  v1::ListSessionsResponse response;
  return stub->ListSessions(&context, {}, &response);
}

TEST(ConnectionLimit, RunningSessionsGoOnAndNewClientsComeInOnceOthersHaveGone) {
  const ScratchFolder folder;
  LimitedServer server("-n " + std::to_string(kFiles), "--data-dir " + folder.path().string());
  Clients rig(server.address());
  ASSERT_TRUE(rig.Create("s", SmallConfig()).ok());
  auto source = rig.Acquire("s");
  ASSERT_TRUE(Send(source.get(), OneBin(1)));

  SilentCrowd crowd(server.address());
  crowd.Add(2 * kFiles);
  ASSERT_TRUE(server.Says("connections are refused: the server holds " +
                          std::to_string(kConnections) + ", as many as it may"))
      << server.output();
  ASSERT_TRUE(Send(source.get(), OneBin(2)));
  EXPECT_TRUE(Eventually([&] { return rig.Get("s")->recording().durable_sequence_number() == 2; }))
      << "descriptors are left for the disk";
  EXPECT_EQ(FirstTry(server.address()).error_code(), grpc::StatusCode::UNAVAILABLE);

  crowd.Leave();
  EXPECT_TRUE(
      Eventually([&] { return Clients(server.address()).Create("t", SmallConfig()).ok(); }));
  EXPECT_TRUE(server.Says("connections are accepted again; ")) << server.output();
  EXPECT_TRUE(Send(source.get(), OneBin(3)));
  EXPECT_EQ(server.End(), 0) << server.output();
}

TEST(ConnectionLimit, DescriptorsThatAreMissingAllTheSameDoNotMakeItDeaf) {
  LimitedServer server("-Sn 512");
  Clients rig(server.address());
  ASSERT_TRUE(rig.Create("s", SmallConfig()).ok());
  rlimit before{};
  // As if something in the server had taken all of them.
  const rlimit none{8, 512};
  ASSERT_EQ(prlimit(server.process_id(), RLIMIT_NOFILE, &none, &before), 0);
  SilentCrowd crowd(server.address());
  crowd.Add(1);
  ASSERT_TRUE(server.Says("no connection can be accepted: Too many open files")) << server.output();
  EXPECT_TRUE(rig.Get("s"));
  const rlimit some{512, 512};
  ASSERT_EQ(prlimit(server.process_id(), RLIMIT_NOFILE, &some, nullptr), 0);
  EXPECT_TRUE(server.Says("connections are accepted again")) << server.output();
  EXPECT_TRUE(
      Eventually([&] { return Clients(server.address()).Create("t", SmallConfig()).ok(); }));
}

TEST(ConnectionLimit, SoftLimitIsRaisedToTheHardOne) {
  LimitedServer server("-Sn 100 && ulimit -Hn 300");
  EXPECT_TRUE(server.Says("limit of open files raised from 100 to 300")) << server.output();
  EXPECT_TRUE(server.Says("up to 236 connections")) << server.output();  // 300 - 64
}

TEST(ConnectionLimit, SettingBoundsConnectionsFurther) {
  const ScratchFolder folder;
  const std::string file = folder.path() / "f.yaml";
  std::ofstream(file) << "server: {max_connections: 16}\n";
  LimitedServer server("-Sn 300", "--config " + file);
  SilentCrowd crowd(server.address());
  crowd.Add(17);
  EXPECT_TRUE(server.Says("connections are refused: the server holds 16, as many as it may"))
      << server.output();
}

TEST(ConnectionLimit, LimitThatIsTooLowIsRefusedByName) {
  LimitedServer server("-n 64");
  EXPECT_EQ(server.Wait(), 1);
  EXPECT_THAT(server.output(), HasSubstr("the limit of open files is 64, must be at least 80"));
}

}  // namespace
}  // namespace efferent::test

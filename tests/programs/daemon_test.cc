// efferentd from the shell: how it starts, what it says when it cannot, how it ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

Outcome Start(const std::vector<std::string>& arguments) {
  return RunProgram(ProgramDir() / "efferentd", arguments);
}

/// A folder of the test's own.
class Folder {
 public:
  Folder() : path_(ScratchFile() + ".d") { std::filesystem::create_directory(path_); }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Daemon, SaysWhichPortItChoseAndServesThere) {
  RunningServer server;
  EXPECT_THAT(server.address(), testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
  EXPECT_TRUE(Clients(server.address()).Create("s", SmallConfig()).ok());
  EXPECT_EQ(server.End(), 0) << server.output();
  EXPECT_THAT(server.output(), HasSubstr("signal 15: shutting down"));
}

TEST(Daemon, ServesOnAUnixSocket) {
  const Folder folder;
  RunningServer server("unix:" + folder / "socket");
  EXPECT_EQ(server.address(), "unix:" + folder / "socket");
  EXPECT_TRUE(Clients(server.address()).Create("s", SmallConfig()).ok());
}

TEST(Daemon, ListensOnSeveralAddressesAtOnce) {
  const Folder folder;
  const std::string socket = "unix:" + folder / "socket";
  RunningServer server("127.0.0.1:0", {"--listen", socket});
  EXPECT_EQ(server.address(), socket);
  ASSERT_TRUE(server.Says("listening on 127.0.0.1:"));
  const std::string output = server.output();
  const std::size_t tcp = output.find("127.0.0.1:");
  EXPECT_TRUE(Clients(socket).Create("s", SmallConfig()).ok());
  EXPECT_TRUE(Clients(output.substr(tcp, output.find('\n', tcp) - tcp)).Get("s"));
}

TEST(Daemon, SocketIsForOwnerAndGroupAndGoesWithTheServer) {
  using std::filesystem::perms;
  const Folder folder;
  RunningServer server("unix:" + folder / "socket");
  EXPECT_EQ(std::filesystem::status(folder / "socket").permissions(),
            perms::owner_read | perms::owner_write | perms::group_read | perms::group_write);
  EXPECT_EQ(server.End(), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "socket"));
}

TEST(Daemon, SocketOfADeadServerIsReplaced) {
  const Folder folder;
  const std::string socket = "unix:" + folder / "socket";
  {
    RunningServer killed(socket);
    killed.Kill();
  }
  ASSERT_TRUE(std::filesystem::exists(folder / "socket"));
  RunningServer server(socket);
  EXPECT_TRUE(Clients(socket).Create("s", SmallConfig()).ok());
}

TEST(Daemon, SocketOfALivingServerIsAnErrorAndStays) {
  const Folder folder;
  const std::string socket = "unix:" + folder / "socket";
  RunningServer server(socket);
  const Outcome second = Start({"--listen", "127.0.0.1:0", "--listen", socket});
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output,
              HasSubstr("cannot listen on " + socket +
                        ": the socket is in use by a server that runs; stop it, or choose another "
                        "with --listen"));
  EXPECT_TRUE(Clients(socket).Create("s", SmallConfig()).ok()) << "the first goes on";
}

TEST(Daemon, FileThatIsNoSocketIsNotTouched) {
  const Folder folder;
  std::ofstream(folder / "notes") << "mine";
  const Outcome outcome = Start({"--listen", "unix:" + folder / "notes"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("there is a file that is no socket"));
  EXPECT_EQ(ReadFile(folder / "notes"), "mine");
}

TEST(Daemon, OneOfSeveralAddressesInUseIsNamed) {
  RunningServer server;
  const Outcome second = Start({"--listen", "127.0.0.1:0", "--listen", server.address()});
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output,
              HasSubstr("cannot listen on " + server.address() + ": the address is in use"));
}

TEST(Daemon, PortInUseIsAnErrorThatSaysWhatToDo) {
  RunningServer server;
  const Outcome second = Start({"--listen", server.address()});
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output, HasSubstr("cannot listen on " + server.address() +
                                       ": the address is in use; stop what uses it, or choose "
                                       "another with --listen"));
  EXPECT_TRUE(Clients(server.address()).Create("s", SmallConfig()).ok()) << "the first goes on";
}

TEST(Daemon, AddressOfAnotherMachineIsAnErrorInTheSystemsWords) {
  const Outcome outcome =
      Start({"--insecure", "--listen", "192.0.2.1:50051"});  // RFC 5737: nobody's
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("Cannot assign requested address"));
}

TEST(Daemon, MalformedAddressIsRefused) {
  for (const char* address : {"nonsense", ":50051", "127.0.0.1:", "127.0.0.1:port", "::1:50051",
                              "127.0.0.1:99999", "unix:", ""}) {
    const Outcome outcome = Start({"--listen", address});
    EXPECT_EQ(outcome.exit_status, 2) << address;
    EXPECT_THAT(outcome.output, HasSubstr("--listen is `" + std::string(address) + "`, "));
  }
}

TEST(Daemon, MalformedAddressForMetricsIsRefused) {
  for (const char* address : {"nonsense", "unix:/tmp/socket", "127.0.0.1:99999"}) {
    const Outcome outcome = Start({"--metrics-listen", address});
    EXPECT_EQ(outcome.exit_status, 2) << address;
    EXPECT_THAT(outcome.output, HasSubstr("--metrics-listen is `" + std::string(address) + "`, "));
  }
}

TEST(Daemon, MetricsWhereSomebodyListensAreAnErrorThatSaysWhatToDo) {
  RunningServer server;
  const Outcome second = Start({"--listen", "127.0.0.1:0", "--metrics-listen", server.address()});
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output,
              HasSubstr("cannot serve metrics on " + server.address() +
                        ": the address is in use; stop what uses it, or choose another with "
                        "--metrics-listen"));
}

TEST(Daemon, AddressThatOtherMachinesReachIsRefusedUnlessAskedFor) {
  const Folder folder;
  std::ofstream(folder / "f.yaml") << "server: {listen: \"0.0.0.0:0\"}\n";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--listen", "127.0.0.1:0", "--listen", "0.0.0.0:0"},
                                             {"--listen", "[::]:0"},
                                             {"--config", folder / "f.yaml"}}) {
    const Outcome outcome = Start(arguments);
    EXPECT_EQ(outcome.exit_status, 2) << outcome.output;
    EXPECT_THAT(outcome.output, HasSubstr("which other machines can reach"));
    EXPECT_THAT(outcome.output, HasSubstr("--insecure (server.insecure: true)"));
  }
  const Outcome metrics = Start({"--listen", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"});
  EXPECT_EQ(metrics.exit_status, 2);
  EXPECT_THAT(metrics.output, HasSubstr("server.metrics_listen is `0.0.0.0:0`"));

  RunningServer server("0.0.0.0:0", {"--insecure", "--metrics-listen", "0.0.0.0:0"});
  EXPECT_TRUE(server.Says("server.insecure: other machines may connect"));
  const std::string port = server.address().substr(server.address().rfind(':'));
  EXPECT_TRUE(Clients("127.0.0.1" + port).Create("s", SmallConfig()).ok());
}

std::filesystem::perms ModeOf(const std::string& path) {
  return std::filesystem::status(path).permissions();
}

TEST(Daemon, RecordingsAreForItsUserAndGroupWhateverTheUmask) {
  constexpr auto kFolderMode = std::filesystem::perms{0750},
                 kFileMode = std::filesystem::perms{0640};
  for (const char* umask : {"0", "077"}) {
    const Folder folder;
    const std::string data = folder / "data";
    RunningProgram server("/bin/sh", {"-c", std::string("umask ") + umask + " && exec " +
                                                (ProgramDir() / "efferentd").string() +
                                                " --listen 127.0.0.1:0 --data-dir " + data});
    ASSERT_TRUE(server.Says("listening on ")) << server.output();
    EXPECT_EQ(ModeOf(data), kFolderMode) << umask;
    for (const char* name : {"/efferent.db", "/efferent.db-wal", "/efferent.db-shm"}) {
      EXPECT_EQ(ModeOf(data + name), kFileMode) << name << " with umask " << umask;
    }
  }
}

TEST(Daemon, DataDirectoryThatOthersMayReadIsTightened) {
  const Folder folder;
  const std::string data = folder / "data";
  std::filesystem::create_directory(data);
  std::filesystem::permissions(data, std::filesystem::perms{0755});
  std::ofstream(data + "/efferent.db").flush();
  std::filesystem::permissions(data + "/efferent.db", std::filesystem::perms{0644});
  RunningServer server("127.0.0.1:0", {"--data-dir", data});
  EXPECT_TRUE(server.Says(data + " had mode 0755, and has 0750 now")) << server.output();
  EXPECT_TRUE(server.Says("efferent.db had mode 0644, and has 0640 now")) << server.output();
  EXPECT_EQ(ModeOf(data), std::filesystem::perms{0750});
  EXPECT_EQ(ModeOf(data + "/efferent.db"), std::filesystem::perms{0640});
}

TEST(Daemon, UnknownKeyStopsTheStartAndIsNamed) {
  const Folder folder;
  std::ofstream(folder / "f.yaml") << "server:\n  listne: 127.0.0.1:0\n";
  const Outcome outcome = Start({"--config", folder / "f.yaml"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.output,
              HasSubstr("f.yaml:2: server.listne: unknown key (did you mean `listen`?)"));
}

TEST(Daemon, UnknownOptionIsBadUsage) {
  const Outcome outcome = Start({"--lisen", "127.0.0.1:0"});
  EXPECT_EQ(outcome.exit_status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("--lisen"));
}

TEST(Daemon, PrintedConfigurationIsAccepted) {
  const Folder folder;
  std::ofstream(folder / "f.yaml") << Start({"--print-config"}).output;
  const Outcome outcome = Start({"--check-config", "--config", folder / "f.yaml"});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}

TEST(Daemon, TwoServersDoNotShareADataDirectory) {
  const Folder folder;
  RunningServer server("127.0.0.1:0", {"--data-dir", folder.path()});
  const Outcome second = Start({"--listen", "127.0.0.1:0", "--data-dir", folder.path()});
  EXPECT_EQ(second.exit_status, 1);
  EXPECT_THAT(second.output, HasSubstr(folder.path() + " is in use by another server"));
}

TEST(Daemon, SessionsGoOnAfterAKillAndAfterAnOrderlyRestart) {
  const Folder folder;
  for (const bool killed : {true, false}) {
    RunningServer server("127.0.0.1:0", {"--data-dir", folder.path()});
    Clients clients(server.address());
    if (killed) {
      ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
      auto source = clients.Acquire("s");
      for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(Send(source.get(), OneBin(n)));
      ASSERT_TRUE(
          Eventually([&] { return clients.Get("s")->recording().durable_sequence_number() == 5; }));
      server.Kill();
    } else {
      EXPECT_EQ(clients.Get("s")->applied_sequence_number(), 5u);
      EXPECT_EQ(server.End(), 0);
    }
  }
  RunningServer server("127.0.0.1:0", {"--data-dir", folder.path()});
  Clients clients(server.address());
  EXPECT_EQ(clients.Get("s")->statistics().decoded_bin_count(), 5u);
  EXPECT_TRUE(clients.End("s").ok());
}

}  // namespace
}  // namespace efferent::test

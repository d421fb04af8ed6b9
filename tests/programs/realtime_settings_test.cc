// Real-time settings of the real server, as the system sees its threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

/// A server with `settings` in its section `server`.
class RealtimeServer {
 public:
  explicit RealtimeServer(const std::string& settings) : config_(ScratchFile()) {
    std::ofstream(config_) << "server: {" << settings << "}\n";
    server_.emplace("127.0.0.1:0", std::vector<std::string>{"--config", config_});
  }
  ~RealtimeServer() {
    server_.reset();
    std::filesystem::remove(config_);
  }
  RunningServer& operator*() { return *server_; }
  RunningServer* operator->() { return &*server_; }

 private:
  std::string config_;
  std::optional<RunningServer> server_;
};

/// A value of a file like /proc/PID/status.
std::string ValueOf(const std::string& key, const std::filesystem::path& file) {
  std::istringstream lines(ReadFile(file));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key + ":"))
      return line.substr(line.find_first_not_of(" \t", key.size() + 1));
  }
  return "";
}

void DecodeOneBin(const std::string& address, const std::string& session = "s") {
  Clients clients(address);
  ASSERT_TRUE(clients.Create(session, SmallConfig()).ok());
  ASSERT_TRUE(Send(clients.Acquire(session).get(), OneBin(1)));
}

TEST(RealtimeSettings, ThreadsThatDecodeRunOnTheirProcessors) {
  cpu_set_t processors;
  sched_getaffinity(0, sizeof processors, &processors);
  if (CPU_COUNT(&processors) < 2) GTEST_SKIP() << "there is one processor only";
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &processors)) --last;

  RealtimeServer server("processors: " + std::to_string(last));
  EXPECT_TRUE(
      server->Says("threads that decode: normal priority, processors " + std::to_string(last)));
  const std::filesystem::path process = "/proc/" + std::to_string(server->process_id());
  const auto num_threads_bound = [&] {
    int bound = 0;
    for (const auto& thread : std::filesystem::directory_iterator(process / "task")) {
      bound += ValueOf("Cpus_allowed_list", thread.path() / "status") == std::to_string(last);
    }
    return bound;
  };
  EXPECT_EQ(num_threads_bound(), 0) << "nothing has been decoded";
  DecodeOneBin(server->address());
  EXPECT_GE(num_threads_bound(), 1);
  EXPECT_EQ(ValueOf("Cpus_allowed_list", process / "status"),
            ValueOf("Cpus_allowed_list", "/proc/self/status"))
      << "the main thread decodes nothing";
}

TEST(RealtimeSettings, WhatTheSystemRefusesIsOneWarningAndTheServerGoesOn) {
  RealtimeServer server("processors: [1022, 1023]");
  for (const char* session : {"one", "two"}) DecodeOneBin(server->address(), session);
  EXPECT_EQ(server->End(), 0);
  const std::string output = server->output();
  const std::string warning = "warning server.processors: the system refuses 1022-1023";
  const std::size_t first = output.find(warning);
  ASSERT_NE(first, std::string::npos) << output;
  EXPECT_EQ(output.find("server.processors", first + warning.size()), std::string::npos) << output;
}

TEST(RealtimeSettings, MemoryIsLockedOrTheServerSaysWhyNot) {
  if (ProgramsAreSanitized()) GTEST_SKIP() << "AddressSanitizer replaces mlockall by nothing";
  RealtimeServer server("lock_memory: true");
  ASSERT_TRUE(server->Says("threads that decode"));  // logged later
  DecodeOneBin(server->address());
  const std::string locked =
      ValueOf("VmLck", "/proc/" + std::to_string(server->process_id()) + "/status");
  if (server->output().find("memory is locked") != std::string::npos) {
    EXPECT_GT(std::stoi(locked), 1'000) << "kB";
  } else {
    EXPECT_EQ(std::stoi(locked), 0);
    EXPECT_THAT(server->output(), HasSubstr("server.lock_memory: the system refuses"));
    EXPECT_THAT(server->output(), HasSubstr("`ulimit -l unlimited`"));
  }
}

}  // namespace
}  // namespace efferent::test

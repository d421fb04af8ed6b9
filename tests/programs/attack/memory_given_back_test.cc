// What clients made the server take goes back to the system within seconds, whatever they did.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/programs/attack/raw_call.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/process_view.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

// What a server keeps for connections and threads that it has made by then, and for heaps in pieces.
constexpr double kKeptMb = 64.0;

class MemoryGivenBack : public testing::Test {
 protected:
  double ResidentMb() const {
    return 1e-6 * static_cast<double>(LookAtProcess(server_.process_id()).resident_bytes);
  }
  /// What `attack` leaves once the server has rested.
  void ExpectGivenBackAfter(const char* what, const std::function<void()>& attack) {
    const double before = ResidentMb();
    std::atomic<bool> over = false;
    double peak = before;
    std::thread watcher([&] {
      while (!over) {
        peak = std::max(peak, ResidentMb());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    attack();
    over = true;
    watcher.join();
    const bool given_back = Eventually([&] { return ResidentMb() < before + kKeptMb; });
    std::printf("%s: resident %.0f MB before, %.0f MB at most, %.0f MB after\n", what, before, peak,
                ResidentMb());
    EXPECT_TRUE(given_back || ProgramsAreSanitized());
    EXPECT_EQ(server_.End(), 0) << server_.output();
  }

  RunningServer server_;
};

TEST_F(MemoryGivenBack, AfterCallsThatAreCancelledAtSpeed) {
  const int num_calls = std::getenv("EFFERENT_SOAK") ? 50'000 : 5'000;
  constexpr int kAtOnce = 100, kThreads = 4;
  v1::CreateSessionRequest create;
  *create.mutable_config() = SmallConfig();
  v1::WatchSessionRequest watch;
  watch.set_session_id("none");
  v1::EchoRequest echo;
  echo.set_payload(std::string(10'000, 'x'));
  const std::vector<RawCall> kinds = {
      {"/efferent.v1.SessionService/CreateSession", {create.SerializeAsString()}},
      {"/efferent.v1.SessionService/WatchSession", {watch.SerializeAsString()}},
      {"/efferent.v1.DiagnosticsService/Echo", {echo.SerializeAsString()}},
      {"/efferent.v1.SessionService/ListSessions", {""}}};
  std::vector<RawCall> calls;
  while (calls.size() < kAtOnce) calls.push_back(kinds[calls.size() % kinds.size()]);
  ExpectGivenBackAfter("cancelled calls", [&] {
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&] {
        const auto channel = OwnChannel(server_.address());
        for (int i = 0; i < num_calls / kThreads / kAtOnce; ++i) BeginAndCancel(calls, channel);
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
}

TEST_F(MemoryGivenBack, AfterSessionsThatHaveEnded) {
  constexpr int kSessions = 100;
  v1::SessionConfig config = SmallConfig();
  config.mutable_decoder()->mutable_snn()->set_num_neurons(256);  // some 4 MB each
  Clients clients(server_.address());
  ExpectGivenBackAfter("ended sessions", [&] {
    for (int i = 0; i < kSessions; ++i) {
      ASSERT_TRUE(clients.Create(std::to_string(i), config).ok());
    }
    for (int i = 0; i < kSessions; ++i) ASSERT_TRUE(clients.End(std::to_string(i)).ok());
  });
}

}  // namespace
}  // namespace efferent::test

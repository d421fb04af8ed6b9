#include "clients/subject/subject_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include "clients/session/errors.h"
#include "server/log_events.h"
#include "server/server.h"
#include "tests/closed_loop/lockstep_cursor.h"

/// The simulated brain against a real server, over loopback.
namespace efferent::subject {
namespace {

std::unique_ptr<Server> StartServer(const std::string& listen = "127.0.0.1:0") {
  ServerParams params;
  params.listen = {listen};
  params.shutdown_grace_s = 0.2;
  return std::make_unique<Server>(params, v1::SessionConfig(), std::make_shared<LogEvents>());
}

/// A SubjectClient on a thread of its own.
class RunningSubject {
 public:
  explicit RunningSubject(const SubjectOptions& options)
      : client_(
            options, MakeBrain(options), stop_,
            [this](const std::string& news) {
              const std::lock_guard lock(mutex_);
              news_ += news + "\n";
            },
            [this](const SubjectProgress& progress) { num_bins_ = progress.num_bins; }),
        thread_([this] {
          try {
            client_.Run();
          } catch (const std::exception& e) {
            const std::lock_guard lock(mutex_);
            error_ = e.what();
          }
          ended_ = true;
        }) {}
  ~RunningSubject() { Stop(); }

  void Stop() {
    stop_.Request();
    Join();
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  /// Waits for a condition that the subject brings about.
  static bool Eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
  }
  bool HasSaid(const std::string& text) {
    const std::lock_guard lock(mutex_);
    return news_.find(text) != std::string::npos;
  }
  std::string error() {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::uint64_t num_bins() const { return num_bins_; }
  bool ended() const { return ended_; }
  /// Only once joined.
  const SubjectProgress& progress() const { return client_.progress(); }

 private:
  StopFlag stop_;
  std::mutex mutex_;
  std::string news_, error_;
  std::atomic<std::uint64_t> num_bins_ = 0;
  std::atomic<bool> ended_ = false;
  SubjectClient client_;
  std::thread thread_;
};

SubjectOptions Lockstep(const Server& server) {
  SubjectOptions options;
  options.address = server.address();
  options.session_id = "s";
  options.lockstep = true;
  return options;
}

TEST(SubjectClient, LearnsAndLosesNeuronsOverTheWireInLockstep) {
  const auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  options.perturbations = {"relearning:loss=0.6", "dead_learning:loss=1"};
  RunningSubject subject(options);
  ASSERT_TRUE(subject.Eventually([&] { return subject.HasSaid("created session s"); }));
  const ServerConnection connection(server->address());
  const std::vector<TaskResult> results = LockstepCursor(connection, "s", 1)
                                              .Run({{"learning", 20, true},
                                                    {"learned", 20, false},
                                                    {"relearning", 20, true},
                                                    {"relearned", 20, false},
                                                    {"dead_learning", 5, true},
                                                    {"dead_neurons", 10, false}});
  EXPECT_EQ(results[1].num_successes, 20);
  EXPECT_LT(results[1].mean_time_s, 0.85);
  EXPECT_EQ(results[3].num_successes, 20);
  EXPECT_LT(results[3].mean_time_s, 0.90);
  EXPECT_LE(results[5].num_successes, 2);
  EXPECT_TRUE(subject.HasSaid("58 of 96 neurons are silent"));
  EXPECT_TRUE(subject.HasSaid("96 of 96 neurons are silent"));
  SessionClient(connection).End("s");
  subject.Join();
  EXPECT_EQ(subject.error(), "");
  EXPECT_GT(subject.progress().echo.count(), 0);
}

TEST(SubjectClient, RunsInLockstepAreEqual) {
  std::vector<double> traces[2];
  for (std::vector<double>& trace : traces) {
    const auto server = StartServer();
    SubjectOptions options = Lockstep(*server);
    options.population = "46";
    RunningSubject subject(options);
    ASSERT_TRUE(subject.Eventually([&] { return subject.HasSaid("created session s"); }));
    const ServerConnection connection(server->address());
    LockstepCursor(connection, "s", 1).Run({{"a", 5, true}, {"b", 3, false}}, &trace);
  }
  EXPECT_GT(traces[0].size(), 1000u);
  EXPECT_EQ(traces[0], traces[1]);
}

TEST(SubjectClient, EndsAfterItsDuration) {
  const auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  options.lockstep = false;
  options.bin_width_ms = 1.0;
  options.duration_s = 0.05;
  RunningSubject subject(options);
  subject.Join();
  EXPECT_EQ(subject.error(), "");
  EXPECT_EQ(subject.progress().num_bins, 50u);
}

TEST(SubjectClient, AttachesToASessionThatExistsAndFits) {
  const auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  options.lockstep = false;
  options.duration_s = 0.05;
  RunningSubject first(options);
  first.Join();
  RunningSubject second(options);
  second.Join();
  EXPECT_TRUE(second.HasSaid("attached to session s, which exists"));
  EXPECT_EQ(second.error(), "");
  EXPECT_EQ(second.progress().time_ns, 100'000'000);
}

TEST(SubjectClient, RefusesASessionThatDoesNotFit) {
  const auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  SessionClient(ServerConnection(server->address())).Create("s", MakeSessionConfig(options, 32));
  RunningSubject subject(options);
  subject.Join();
  EXPECT_NE(subject.error().find("session s has 32 channels"), std::string::npos)
      << subject.error();
}

TEST(SubjectClient, SaysThatAnotherTookTheSessionOver) {
  const auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  options.lockstep = false;
  RunningSubject first(options);
  ASSERT_TRUE(first.Eventually([&] { return first.num_bins() > 0; }));
  RunningSubject second(options);
  first.Join();
  EXPECT_NE(first.error().find("another client took the session over"), std::string::npos)
      << first.error();
}

TEST(SubjectClient, CreatesTheSessionAnewWhenTheServerHasForgottenIt) {
  auto server = StartServer();
  const std::string address = server->address();
  SubjectOptions options = Lockstep(*server);
  options.lockstep = false;
  RunningSubject subject(options);
  ASSERT_TRUE(subject.Eventually([&] { return subject.num_bins() > 0; }));
  server.reset();
  ASSERT_TRUE(subject.Eventually([&] { return subject.HasSaid("lost the server at "); }));
  server = StartServer(address);
  ASSERT_TRUE(subject.Eventually([&] { return subject.HasSaid("starts from nothing"); }));
  const std::uint64_t before = subject.num_bins();
  ASSERT_TRUE(subject.Eventually([&] { return subject.num_bins() > before; }));
  subject.Stop();
  EXPECT_EQ(subject.error(), "");
}

TEST(SubjectClient, GivesUpOnAServerThatStaysAway) {
  auto server = StartServer();
  SubjectOptions options = Lockstep(*server);
  options.lockstep = false;
  options.reconnect_s = 0.3;
  RunningSubject subject(options);
  ASSERT_TRUE(subject.Eventually([&] { return subject.num_bins() > 0; }));
  server.reset();
  subject.Join();
  EXPECT_NE(subject.error().find("could not reach it again within 0.3 s"), std::string::npos)
      << subject.error();
}

TEST(SubjectOptions, SettingsFromAFileWinOverThoseThatSuitTheUser) {
  const std::string path = testing::TempDir() + "efferent_subject_session.yaml";
  std::ofstream(path) << "decoder: {snn: {num_neurons: 12}}\nlearning: {response: 0.5}\n";
  SubjectOptions options;
  options.session_config_file = path;
  const v1::SessionConfig config = MakeSessionConfig(options, 96);
  std::filesystem::remove(path);
  EXPECT_EQ(config.decoder().snn().num_neurons(), 12u);
  EXPECT_DOUBLE_EQ(config.decoder().snn().output_leak(), 0.99);
  EXPECT_DOUBLE_EQ(config.learning().response(), 0.5);
  EXPECT_DOUBLE_EQ(config.learning().intended_speed_m_s(), 0.2);
}

TEST(SubjectOptions, APopulationIsANumberOrAFile) {
  SubjectOptions options;
  EXPECT_EQ(MakePopulation(options).size(), 96u);
  options.population = "46";
  EXPECT_EQ(MakePopulation(options).size(), 46u);
  options.population = "0";
  EXPECT_THROW(MakePopulation(options), std::invalid_argument);
  options.population = "nowhere.csv";
  EXPECT_THROW(MakePopulation(options), std::runtime_error);
}

}  // namespace
}  // namespace efferent::subject

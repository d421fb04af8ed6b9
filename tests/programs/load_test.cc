#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "clients/report/result_row.h"
#include "clients/session/server_connection.h"
#include "efferent/v1/session.grpc.pb.h"
#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

int NumSessions(const std::string& address) {
  const ServerConnection connection(address);
  const auto stub = v1::SessionService::NewStub(connection.grpc_channel());
  grpc::ClientContext context;
  v1::ListSessionsResponse response;
  EXPECT_TRUE(stub->ListSessions(&context, {}, &response).ok());
  return response.sessions_size();
}

// A small load whose deadline no machine misses.
std::vector<std::string> LoadArguments(const std::string& address, const std::string& seconds,
                                       const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"load",  "--server",       address,     "--channels",
                                        "8",     "--bin-width-ms", "10",        "--deadline-ms",
                                        "10000", "--no-real-time", "--seconds", seconds};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

struct LoadOutcome {
  Outcome outcome;
  std::map<std::string, double> figures;
};

LoadOutcome RunLoad(const std::string& address, const std::vector<std::string>& more) {
  const std::string json = ScratchFile();
  std::vector<std::string> arguments = LoadArguments(address, "0.3", more);
  arguments.insert(arguments.end(), {"--json", json});
  LoadOutcome result;
  result.outcome = RunProgram(ProgramDir() / "efferent", arguments);
  if (std::filesystem::file_size(json) > 0) {
    for (const ResultRow& row : ReadResultRows(json)) {
      EXPECT_EQ(row.protocol, "load");
      EXPECT_EQ(row.condition, "8@10ms");
      result.figures[row.metric] = row.value;
    }
  }
  std::filesystem::remove(json);
  return result;
}

TEST(Load, HoldsCountsEveryBinAndEndsItsSessions) {
  const RunningServer server;
  const auto [outcome, figures] =
      RunLoad(server.address(), {"--sessions", "3", "--require-missed-below", "0.001"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_EQ(figures.at("sessions"), 3);
  EXPECT_GT(figures.at("bins_due"), 0);
  EXPECT_EQ(figures.at("bins_answered"), figures.at("bins_due"));
  EXPECT_EQ(figures.at("decoded_bins"), figures.at("bins_due"));
  EXPECT_GT(figures.at("learned_bins"), 0);
  EXPECT_EQ(figures.at("missed_deadline_share"), 0);
  for (const char* lost :
       {"missing_chunks", "duplicate_chunks", "late_chunks", "late_events", "missed_bins"}) {
    EXPECT_EQ(figures.at(lost), 0) << lost;
  }
  EXPECT_LE(figures.at("p50_us"), figures.at("p99_us"));
  EXPECT_LE(figures.at("p99_us"), figures.at("max_us"));
  EXPECT_EQ(NumSessions(server.address()), 0);
}

TEST(Load, GoesOnWithThoseAdmittedAndSaysWhyOthersWereNot) {
  const std::string config = ScratchFile();
  std::ofstream(config) << "server:\n  max_sessions: 2\n";
  const RunningServer server("127.0.0.1:0", {"--config", config});
  const auto [outcome, figures] = RunLoad(server.address(), {"--sessions", "4"});
  std::filesystem::remove(config);
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("2 of 4 sessions were refused"));
  EXPECT_THAT(outcome.output, HasSubstr("max_sessions"));
  EXPECT_EQ(figures.at("sessions_asked"), 4);
  EXPECT_EQ(figures.at("sessions"), 2);
  EXPECT_EQ(figures.at("decoded_bins"), figures.at("bins_due"));
}

TEST(Load, SessionsThatFloodAreNotInTheFigures) {
  const RunningServer server;
  const auto [outcome, figures] = RunLoad(server.address(), {"--sessions", "1", "--flood", "1"});
  ASSERT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_EQ(figures.at("sessions"), 1);
  // Some 30 bins of the one in real time.
  EXPECT_LE(figures.at("bins_due"), 31);
  EXPECT_EQ(figures.at("bins_answered"), figures.at("bins_due"));
  EXPECT_EQ(NumSessions(server.address()), 0);
}

TEST(Load, EndsItsSessionsWhenItIsInterrupted) {
  RunningServer server;
  RunningProgram load("efferent", LoadArguments(server.address(), "3600", {}));
  ASSERT_TRUE(server.Says("acquisition attached")) << server.output();
  EXPECT_EQ(load.End(), 128 + SIGTERM) << load.output();
  EXPECT_EQ(NumSessions(server.address()), 0);
}

TEST(Load, FailsWhenTheServerGoes) {
  RunningServer server;
  RunningProgram load("efferent", LoadArguments(server.address(), "3600", {"--sessions", "1"}));
  ASSERT_TRUE(server.Says("acquisition attached")) << server.output();
  server.Kill();
  EXPECT_EQ(load.Wait(), 1) << load.output();
}

TEST(Load, FailsIfTooManyDeadlinesWereMissed) {
  const RunningServer server;
  const auto [outcome, figures] =
      RunLoad(server.address(), {"--sessions", "1", "--require-missed-below", "0"});
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr("not below 0"));
}

TEST(Load, RefusesBadUsage) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"load", "--sessions", "0"},
        {"load", "--decoder", "oracle"},
        {"load", "--require-missed-below", "2"},
        {"load", "--seconds", "0"}}) {
    EXPECT_EQ(RunProgram(ProgramDir() / "efferent", arguments).exit_status, 2) << arguments[1];
  }
}

}  // namespace
}  // namespace efferent::test

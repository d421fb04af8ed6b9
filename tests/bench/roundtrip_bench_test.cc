#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "clients/demo/child_process.h"
#include "clients/report/result_row.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/round_trip_condition.h"
#include "tests/bench/round_trip_systems.h"
#include "tests/bench/run_bench.h"
#include "tests/bench/sized_requests.h"

/// That the benchmark measures what it says. Nothing here depends on how long anything takes.
namespace efferent::bench {
namespace {

constexpr std::chrono::minutes kPatience{1};

TEST(RoundTripBench, WritesEveryFigureOfEverySystem) {
  const ScratchFolder folder;
  const std::string json = folder.path() / "rows.json";
  ASSERT_EQ(RunBench({"roundtrip", "--conditions", "8@1kHz,4@1kHz-counts", "--seconds", "0.04",
                      "--repeats", "2", "--json", json},
                     folder),
            0);
  const std::set<std::string> of_messages{"p50_us",  "p90_us", "p99_us",
                                          "p999_us", "max_us", "late_sends"};
  std::map<std::string, std::map<std::string, std::set<std::string>>> metrics;
  for (const ResultRow& row : ReadResultRows(json)) {
    EXPECT_EQ(row.protocol, "bench-roundtrip");
    EXPECT_GT(row.n, 0);
    EXPECT_GE(row.value, 0.0) << row.decoder << " " << row.metric;
    if (row.metric.starts_with("ratio")) {
      ASSERT_TRUE(row.ci_low && row.ci_high);
      EXPECT_LE(*row.ci_low, row.value);
      EXPECT_GE(*row.ci_high, row.value);
    } else if (of_messages.contains(row.metric)) {
      EXPECT_EQ(row.n, 40) << row.decoder << " " << row.metric;
    }
    EXPECT_TRUE(metrics[row.condition][row.decoder].insert(row.metric).second);
  }
  const bool has_redis = !RedisServer::FindProgram().empty();
  for (const char* condition : {"8@1kHz", "4@1kHz-counts"}) {
    for (const std::string& system : RoundTripSystems()) {
      std::set<std::string> expected;
      if (system != "redis" || has_redis) {
        expected = of_messages;
        if (system != "grpc_echo") expected.insert({"ratio_p50", "ratio_p99"});
        if (system != "redis" && has_redis) {
          expected.insert({"ratio_p50_to_redis", "ratio_p99_to_redis"});
        }
        if (system.starts_with("efferent")) {
          expected.insert({"learned_bins", "skipped_learning"});
          for (const std::string stage : {"read", "decode", "respond", "learn"}) {
            expected.insert({stage + "_p50_us", stage + "_p99_us"});
          }
        }
      }
      EXPECT_EQ(metrics[condition][system], expected) << condition << " " << system;
    }
  }
}

TEST(RoundTripBench, RefusesBadOptions) {
  const ScratchFolder folder;
  EXPECT_EQ(RunBench({"roundtrip", "--conditions", "96@1MHz"}, folder), 2);
  EXPECT_EQ(RunBench({"roundtrip", "--systems", "zeromq"}, folder), 2);
  EXPECT_EQ(RunBench({"roundtrip", "--repeats", "0"}, folder), 2);
  EXPECT_EQ(RunBench({"roundtrip", "--cpu", "100000"}, folder), 2);
}

// Ids of the processes that the main thread of `pid` has started.
std::vector<int> ChildrenOf(int pid) {
  const std::string id = std::to_string(pid);
  std::ifstream file("/proc/" + id + "/task/" + id + "/children");
  std::vector<int> children;
  for (int child = 0; file >> child;) children.push_back(child);
  return children;
}

bool HasEnded(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  // "PID (NAME) STATE ...": nobody may be there to take a zombie away.
  const std::size_t name_end = text.rfind(')');
  return text.substr(name_end + 2, 1) == "Z";
}

TEST(RoundTripBench, ItsServersEndWhenItIsKilled) {
  const ScratchFolder folder;
  // What a killed program leaves behind is then in there.
  setenv("TMPDIR", folder.path().c_str(), 1);
  demo::ChildProcess bench("efferent-bench", EFFERENT_BENCH,
                           {"roundtrip", "--conditions", "8@1kHz", "--seconds", "600"},
                           folder.path() / "log");
  unsetenv("TMPDIR");
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const auto await = [&deadline](auto&& condition) {
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return condition();
  };
  // The first turn begins when all servers listen.
  ASSERT_TRUE(await([&] { return bench.ReadLog().find("8@1kHz") != std::string::npos; }));
  const std::vector<int> servers = ChildrenOf(bench.process_id());
  EXPECT_GE(servers.size(), 4u);
  bench.WaitOrKill(std::chrono::milliseconds(0));
  for (const int server : servers) {
    EXPECT_TRUE(await([server] { return HasEnded(server); })) << server;
  }
}

TEST(RoundTripCondition, NamesSayWhatIsSent) {
  const RoundTripCondition plain = ParseCondition("96@1kHz");
  EXPECT_EQ(plain.num_channels, 96);
  EXPECT_EQ(plain.bin_width_ns, 1'000'000);
  EXPECT_EQ(plain.chunk_bytes, 0.0);
  EXPECT_FALSE(plain.counts);
  const RoundTripCondition large = ParseCondition("1024@50Hz-60kB");
  EXPECT_EQ(large.num_channels, 1024);
  EXPECT_EQ(large.bin_width_ns, 20'000'000);
  EXPECT_EQ(large.chunk_bytes, 60e3);
  EXPECT_TRUE(ParseCondition("4@1kHz-counts").counts);
  for (const char* name : {"", "96", "96@", "0@1kHz", "4097@1kHz", "96@0Hz", "96@99kHz", "96@1kHz-",
                           "96@1kHz-60kB-counts", "-96@1kHz"}) {
    EXPECT_THROW(ParseCondition(name), std::invalid_argument) << name;
  }
}

TEST(RoundTripCondition, ChunksAreAboutAsLargeAsAskedFor) {
  const ChunkSource source(ParseCondition("1024@1kHz-60kB"), 1);
  v1::AcquisitionChunk chunk;
  for (const std::int64_t bin : {0, 10'000, 100'000, 1'000'000}) {
    source.Write(bin, &chunk);
    EXPECT_NEAR(static_cast<double>(chunk.ByteSizeLong()), 60e3, 6e3) << bin;
  }
}

TEST(SizedRequests, PayloadsMakeMessagesAsLargeAsEfferentds) {
  const auto source = std::make_shared<const ChunkSource>(ParseCondition("96@50Hz"), 1);
  SizedRequests requests(source, [](std::size_t) { return std::size_t{0}; });
  v1::StreamAcquisitionRequest request;
  v1::StreamAcquisitionResponse reply;
  std::string payload;
  for (std::int64_t bin = 0; bin < 100; ++bin) {
    requests.Write(bin, &payload);
    source->Write(bin, request.mutable_chunk());
    request.mutable_chunk()->set_client_send_time_ns(10'000'000'000'000);
    WriteAckFor(request.chunk(), reply.mutable_ack());
    EXPECT_EQ(payload.size(), request.ByteSizeLong());
    EXPECT_EQ(requests.reply_bytes(), reply.ByteSizeLong());
    EXPECT_EQ(ReplyBytes(payload), reply.ByteSizeLong());
  }
}

}  // namespace
}  // namespace efferent::bench

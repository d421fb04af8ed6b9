#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "clients/demo/child_process.h"
#include "clients/report/result_row.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/largest_held.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/run_bench.h"

namespace efferent::bench {
namespace {

TEST(LargestHeld, FindsTheLastOneThatHoldsToATenth) {
  for (const int first : {1, 8, 300}) {
    for (const int limit : {0, 1, 2, 7, 8, 9, 40, 100, 255, 256}) {
      const int held = LargestHeld(first, 256, 1, [limit](int n) { return n <= limit; });
      EXPECT_LE(held, limit);
      EXPECT_GE(held, limit - limit / 10) << first;
    }
  }
}

TEST(LargestHeld, StaysWithinTheMaximum) {
  int largest_tried = 0;
  EXPECT_EQ(LargestHeld(3, 100, 1,
                        [&](int n) {
                          largest_tried = std::max(largest_tried, n);
                          return true;
                        }),
            100);
  EXPECT_EQ(largest_tried, 100);
}

TEST(LargestHeld, OneStumbleDoesNotDecide) {
  std::set<int> tried;
  EXPECT_EQ(LargestHeld(1, 4, 2, [&](int n) { return !tried.insert(n).second; }), 4);
}

TEST(ProcessUsage, TellsTimeAndMemoryOfAProcessThatIsThere) {
  const std::int64_t before_ns = ProcessorTimeNs(getpid());
  while (ProcessorTimeNs(getpid()) == before_ns) {
  }
  EXPECT_GT(ResidentBytes(getpid()), 1'000'000);
  EXPECT_THROW(ResidentBytes(-1), std::runtime_error);
  EXPECT_THROW(ProcessorTimeNs(999'999'999), std::system_error);
}

TEST(ScaleBench, WritesWhatIsHeldAndWhatItCosts) {
  const ScratchFolder folder;
  const std::string json = folder.path() / "rows.json";
  // Whether a session is held at all depends on the machine, unless a miss does not count.
  ASSERT_EQ(RunBench({"scale", "--seconds", "0.3", "--max-sessions", "1", "--attempts", "1",
                      "--missed-at-most", "1", "--channels", "8", "--neurons", "8", "--sessions",
                      "2", "--json", json},
                     folder),
            0);
  std::map<std::string, std::map<std::string, double>> figures;
  for (const ResultRow& row : ReadResultRows(json)) {
    EXPECT_EQ(row.protocol, "bench-scale");
    figures[row.condition][row.metric] = row.value;
  }
  for (const char* condition : {"96ch-64n@20ms, deadline 20 ms", "96ch-64n@1ms, deadline 5 ms",
                                "96ch-64n@1ms, deadline 1 ms"}) {
    EXPECT_EQ(figures[condition]["sessions_held"], 1) << condition;
    EXPECT_EQ(figures[condition].count("missed_deadline_share"), 1u) << condition;
    EXPECT_GT(figures[condition]["p99_us"], 0) << condition;
  }
  for (const char* condition : {"8ch-8n@20ms, 4 sessions", "96ch-64n@20ms, 2 sessions"}) {
    EXPECT_GT(figures[condition]["processor_us_per_bin"], 0) << condition;
    EXPECT_GT(figures[condition]["processors_per_session"], 0) << condition;
    EXPECT_EQ(figures[condition].count("resident_bytes_per_session"), 1u) << condition;
  }
}

TEST(ScaleBench, RefusesBadOptions) {
  const ScratchFolder folder;
  EXPECT_EQ(RunBench({"scale", "--max-sessions", "0"}, folder), 2);
  EXPECT_EQ(RunBench({"scale", "--channels", "many"}, folder), 2);
}

}  // namespace
}  // namespace efferent::bench

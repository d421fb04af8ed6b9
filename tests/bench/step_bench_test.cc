#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "clients/report/result_row.h"
#include "decoder/snn/snn_decoder.h"
#include "tests/bench/memory_bandwidth.h"
#include "tests/bench/order_statistics.h"
#include "tests/bench/reference_decoder.h"
#include "tests/bench/world.h"

/// That the benchmark measures what it says. Nothing here depends on how long anything takes.
namespace efferent::bench {
namespace {

class Readouts : public testing::TestWithParam<SnnReadout> {};
INSTANTIATE_TEST_SUITE_P(All, Readouts,
                         testing::Values(SnnReadout::kMixture, SnnReadout::kRls,
                                         SnnReadout::kGradient));

TEST_P(Readouts, ReferenceComputesWhatTheDecoderDoes) {
  constexpr int kChannels = 20;
  // So long that no labelled bin waits for others, which the reference knows nothing of.
  constexpr TimeNs kWidth = 45'000'000;
  SnnParams params;
  params.num_neurons = 24;
  params.readout = GetParam();
  SnnDecoder decoder(params, kChannels, 2, kWidth);
  ReferenceDecoder reference(params, kChannels, 2, kWidth);
  World world(kChannels, 0.045, 1);
  // Later, a membrane that rounds to the other side of its threshold sets the two apart.
  double difference = 0.0, size = 0.0;
  for (int k = 0; k < 40; ++k) {
    world.Advance();
    const TaskVector own = decoder.Decode(world.features());
    difference += Norm(own - reference.Decode(world.features()));
    size += Norm(own);
    decoder.Learn(world.velocity_m_s());
    reference.Learn(world.velocity_m_s());
  }
  EXPECT_GT(size, 0.0);
  EXPECT_LT(difference, 1e-3 * size);
}

TEST(OrderStatistics, MedianAndItsIntervalAreOrderedAndQuantilesAreValues) {
  std::vector<double> values;
  for (int i = 100; i >= 1; --i) values.push_back(i);
  EXPECT_EQ(Quantile(values, 0.5), 50.0);
  EXPECT_EQ(Quantile(values, 0.99), 99.0);
  EXPECT_EQ(Quantile(values, 1.0), 100.0);
  EXPECT_EQ(Quantile({3.0}, 0.5), 3.0);
  const MedianEstimate estimate = EstimateMedian(values);
  EXPECT_EQ(estimate.median, 50.0);
  // Ranks 40 and 61 of 100: binomial table, as in David and Nagaraja.
  EXPECT_NEAR(estimate.ci_low, 40.0, 1.0);
  EXPECT_NEAR(estimate.ci_high, 61.0, 1.0);
}

TEST(MemoryBandwidth, StateIsHeldByTheFastestLevelThatIsLargeEnough) {
  const std::vector<BandwidthOfLevel> levels{
      {"L1", 100, 50, 3.0}, {"L2", 1000, 500, 2.0}, {"DRAM", 1 << 30, 1 << 20, 1.0}};
  EXPECT_EQ(LevelThatHolds(100, levels).level, "L1");
  EXPECT_EQ(LevelThatHolds(101, levels).level, "L2");
  EXPECT_EQ(LevelThatHolds(1001, levels).level, "DRAM");
}

int RunBench(const std::string& arguments) {
  return std::system((std::string(EFFERENT_BENCH) + " " + arguments + " > /dev/null 2>&1").c_str());
}

TEST(StepBench, WritesEveryFigureOfEveryCase) {
  const auto path = std::filesystem::temp_directory_path() /
                    ("efferent-bench-" + std::to_string(getpid()) + ".json");
  ASSERT_EQ(RunBench("step --seconds 0.2 --json " + path.string()), 0);
  const auto rows = ReadResultRows(path.string());
  std::filesystem::remove(path);

  std::map<std::string, std::set<std::string>> own, reference;
  for (const ResultRow& row : rows) {
    EXPECT_EQ(row.protocol, "bench-step");
    EXPECT_GT(row.value, 0.0) << row.condition << " " << row.metric;
    EXPECT_GT(row.n, 0);
    if (row.decoder == "machine") continue;
    EXPECT_EQ(row.seed, 1u);
    EXPECT_TRUE((row.decoder == "snn" ? own : reference)[row.condition].insert(row.metric).second)
        << row.condition << " says " << row.metric << " twice";
    if (row.metric == "ratio_to_reference") {
      ASSERT_TRUE(row.ci_low && row.ci_high);
      EXPECT_LE(*row.ci_low, row.value);
      EXPECT_GE(*row.ci_high, row.value);
    }
    // The rate depends on the seed alone; the goals are for networks that fire so.
    if (row.metric == "rate_hz" && row.condition.starts_with("forward")) {
      EXPECT_GE(row.value, 25.0) << row.condition;
      EXPECT_LE(row.value, 40.0) << row.condition;
    }
  }
  const std::set<std::string> cases{"forward_n100_1ms",   "forward_n500_1ms",  "forward_n1000_1ms",
                                    "forward_n100_10ms",  "forward_n500_10ms", "forward_n1000_10ms",
                                    "eprop_n64_gradient", "eprop_n64_rls",     "default_45ms",
                                    "rls_f161",           "whole_step_10ms",   "whole_step_45ms"};
  for (const std::string& name : cases) {
    for (const char* metric : {"p50_us", "p90_us", "p99_us", "max_us"}) {
      EXPECT_TRUE(own[name].contains(metric)) << name << " " << metric;
      EXPECT_TRUE(reference[name].contains(metric)) << name << " " << metric;
    }
    for (const char* metric :
         {"ratio_to_reference", "synapses_per_s", "bytes_per_step", "state_bytes"}) {
      EXPECT_TRUE(own[name].contains(metric)) << name << " " << metric;
    }
    EXPECT_TRUE(own[name].contains("share_of_L1_bandwidth") ||
                own[name].contains("share_of_L2_bandwidth") ||
                own[name].contains("share_of_L3_bandwidth") ||
                own[name].contains("share_of_DRAM_bandwidth"))
        << name;
  }
  EXPECT_EQ(own.size(), cases.size());
}

TEST(StepBench, ChecksThatNothingGrows) {
  EXPECT_EQ(RunBench("step --check --check-bins 5000"), 0);
}

TEST(StepBench, RefusesBadOptions) {
  EXPECT_NE(RunBench("step --seconds 0"), 0);
  EXPECT_NE(RunBench("step --cpu 1000"), 0);
  EXPECT_NE(RunBench("step --kernels mmx"), 0);
  EXPECT_NE(RunBench("step --check-bins 10"), 0) << "means nothing without --check";
  EXPECT_NE(RunBench(""), 0);
}

}  // namespace
}  // namespace efferent::bench

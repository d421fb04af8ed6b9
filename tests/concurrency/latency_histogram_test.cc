#include "server/loop/latency_histogram.h"

#include <gtest/gtest.h>

#include <latch>
#include <limits>
#include <thread>
#include <vector>

#include "server/loop/stage_latencies.h"

namespace efferent::test {
namespace {

using Distribution = LatencyDistribution;

// Where a bucket begins: where the one below it ends.
std::int64_t BeginOf(std::size_t bucket) {
  return bucket == 0 ? 0 : Distribution::EndOf(bucket - 1);
}

TEST(LatencyHistogram, BucketsFollowOneAnotherWithoutGapOrOverlap) {
  for (std::size_t bucket = 0; bucket + 1 < Distribution::kNumBuckets; ++bucket) {
    const std::int64_t end = Distribution::EndOf(bucket);
    EXPECT_LT(BeginOf(bucket), end);
    EXPECT_EQ(Distribution::BucketOf(static_cast<std::uint64_t>(BeginOf(bucket))), bucket);
    EXPECT_EQ(Distribution::BucketOf(static_cast<std::uint64_t>(end - 1)), bucket);
    EXPECT_EQ(Distribution::BucketOf(static_cast<std::uint64_t>(end)), bucket + 1);
  }
}

TEST(LatencyHistogram, BucketsAreAtMostAnEighthOfTheirValuesWide) {
  for (std::size_t bucket = 1; bucket + 1 < Distribution::kNumBuckets; ++bucket) {
    EXPECT_LE(8 * (Distribution::EndOf(bucket) - BeginOf(bucket)), BeginOf(bucket)) << bucket;
  }
  EXPECT_LE(Distribution::EndOf(0), 100);
  EXPECT_GE(Distribution::EndOf(Distribution::kNumBuckets - 2), 10'000'000'000);
}

TEST(LatencyHistogram, PercentilesAreWithinAnEighthAndNeverBelow) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 1'000; ++i) histogram.Record(i * 1'000);
  const Distribution distribution = histogram.Read();
  EXPECT_EQ(distribution.count, 1'000u);
  EXPECT_EQ(distribution.sum_ns, 500'500'000);
  EXPECT_EQ(distribution.max_ns, 1'000'000);
  for (const double p : {0.001, 0.25, 0.5, 0.9, 0.99, 1.0}) {
    const auto exact = static_cast<std::int64_t>(p * 1e6);
    EXPECT_GE(distribution.Percentile(p), exact) << p;
    EXPECT_LE(distribution.Percentile(p), exact + exact / 8) << p;
  }
  EXPECT_EQ(distribution.Percentile(1.0), 1'000'000);
}

TEST(LatencyHistogram, WithoutSamplesEverythingIsZero) {
  const Distribution distribution = LatencyHistogram().Read();
  EXPECT_EQ(distribution.count, 0u);
  EXPECT_EQ(distribution.Percentile(0.5), 0);
  EXPECT_EQ(distribution.max_ns, 0);
}

TEST(LatencyHistogram, ExtremesHaveBucketsToo) {
  constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max();
  LatencyHistogram histogram;
  histogram.Record(-5);
  EXPECT_EQ(histogram.Read().sum_ns, 0);
  histogram.Record(kLongest);
  const Distribution distribution = histogram.Read();
  EXPECT_EQ(distribution.counts.front(), 1u);
  EXPECT_EQ(distribution.counts.back(), 1u);
  EXPECT_EQ(distribution.Percentile(0.5), 63);
  EXPECT_EQ(distribution.Percentile(1.0), kLongest);
}

TEST(LatencyHistogram, NothingIsLostBetweenManyWritersAndAReader) {
  constexpr int kWriters = 3;
  constexpr int kSamples = 50'000;
  LatencyHistogram histogram;
  std::atomic<int> writing = kWriters;
  std::latch all_here(kWriters + 1);
  std::vector<std::thread> writers;
  for (int writer = 1; writer <= kWriters; ++writer) {
    writers.emplace_back([&, writer] {
      all_here.arrive_and_wait();
      for (int i = 1; i <= kSamples; ++i) histogram.Record(writer * i);
      --writing;
    });
  }
  all_here.arrive_and_wait();
  std::uint64_t count_before = 0;
  while (writing > 0) {
    const Distribution distribution = histogram.Read();
    EXPECT_GE(distribution.count, count_before);
    // Whatever is counted is in sum and maximum.
    std::int64_t least_ns = 0;
    for (std::size_t bucket = 0; bucket < Distribution::kNumBuckets; ++bucket) {
      least_ns += static_cast<std::int64_t>(distribution.counts[bucket]) * BeginOf(bucket);
      if (distribution.counts[bucket] == 0) continue;
      EXPECT_GE(distribution.max_ns, BeginOf(bucket));
    }
    EXPECT_GE(distribution.sum_ns, least_ns);
    count_before = distribution.count;
  }
  for (std::thread& writer : writers) writer.join();

  const Distribution distribution = histogram.Read();
  EXPECT_EQ(distribution.count, static_cast<std::uint64_t>(kWriters) * kSamples);
  // (1 + 2 + 3) times the sum of 1 to kSamples.
  EXPECT_EQ(distribution.sum_ns, 6 * (std::int64_t{kSamples} * (kSamples + 1) / 2));
  EXPECT_EQ(distribution.max_ns, kWriters * kSamples);
}

TEST(StageLatencies, EachStageHasItsOwnHistogram) {
  StageLatencies latencies;
  std::int64_t ns = 100;
  for (const Stage stage : kStages) latencies.Record(stage, ns++);
  EXPECT_EQ(latencies.Read(Stage::kRead).max_ns, 100);
  EXPECT_EQ(latencies.Read(Stage::kLearn).max_ns, 103);
  EXPECT_STREQ(StageName(Stage::kRespond), "respond");
}

}  // namespace
}  // namespace efferent::test

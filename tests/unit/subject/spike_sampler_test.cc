#include "clients/subject/spike_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace efferent::subject {
namespace {

struct Moments {
  double mean = 0.0;
  double variance = 0.0;
};

/// Counts per bin of one neuron over `n` bins.
Moments CountMoments(SpikeStatistics statistics, TimeNs width, double rate_hz, int n) {
  SpikeSampler sampler(statistics, width, 11);
  double sum = 0.0, squares = 0.0;
  for (int k = 0; k < n; ++k) {
    const auto count =
        static_cast<double>(sampler.Draw(k * width, std::vector{rate_hz}, {false}).size());
    sum += count;
    squares += count * count;
  }
  return {sum / n, squares / n - sum / n * sum / n};
}

// Tolerances: 4 standard errors for 100,000 bins.
TEST(SpikeSampler, BernoulliFiresAtMostOnceInTenMilliseconds) {
  const Moments m = CountMoments(SpikeStatistics::kBernoulli, 10'000'000, 50.0, 100'000);
  EXPECT_NEAR(m.mean, 0.5, 0.0064);
  EXPECT_NEAR(m.variance, 0.25, 0.0002);
}

// 45 ms are 5 steps of 9 ms with p = 0.45 each: mean 2.25, variance 5 * 0.45 * 0.55.
TEST(SpikeSampler, BernoulliCutsLongerBinsIntoSteps) {
  const Moments m = CountMoments(SpikeStatistics::kBernoulli, 45'000'000, 50.0, 100'000);
  EXPECT_NEAR(m.mean, 2.25, 0.0141);
  EXPECT_NEAR(m.variance, 1.2375, 0.021);
}

TEST(SpikeSampler, PoissonCountsHaveMeanAndVarianceOfTheRate) {
  const Moments m = CountMoments(SpikeStatistics::kPoisson, 20'000'000, 80.0, 100'000);
  EXPECT_NEAR(m.mean, 1.6, 0.016);
  EXPECT_NEAR(m.variance, 1.6, 0.034);
}

TEST(SpikeSampler, SpreadsTimesOverTheBin) {
  for (const SpikeStatistics statistics :
       {SpikeStatistics::kBernoulli, SpikeStatistics::kPoisson}) {
    const TimeNs width = 10'000'000;
    SpikeSampler sampler(statistics, width, 5);
    double mean = 0.0;
    int n = 0;
    for (int k = 0; k < 20'000; ++k) {
      for (const SpikeEvent& spike : sampler.Draw(k * width, std::vector{40.0}, {false})) {
        ASSERT_GE(spike.time_ns, k * width);
        ASSERT_LT(spike.time_ns, (k + 1) * width);
        mean += static_cast<double>(spike.time_ns - k * width);
        ++n;
      }
    }
    EXPECT_NEAR(mean / n, 5e6, 4 * 2.89e6 / std::sqrt(n));
  }
}

TEST(SpikeSampler, OthersFireTheSameWhoeverIsSilent) {
  for (const SpikeStatistics statistics :
       {SpikeStatistics::kBernoulli, SpikeStatistics::kPoisson}) {
    SpikeSampler all(statistics, 10'000'000, 5), some(statistics, 10'000'000, 5);
    const std::vector<double> rates = {60.0, 90.0, 30.0};
    for (int k = 0; k < 200; ++k) {
      const auto spikes = all.Draw(k * 10'000'000, rates, {false, false, false});
      const auto fewer = some.Draw(k * 10'000'000, rates, {false, true, false});
      std::vector<SpikeEvent> expected;
      for (const SpikeEvent& s : spikes) {
        if (s.channel != 1) expected.push_back(s);
      }
      ASSERT_EQ(fewer.size(), expected.size());
      for (std::size_t i = 0; i < fewer.size(); ++i) {
        EXPECT_EQ(fewer[i].channel, expected[i].channel);
        EXPECT_EQ(fewer[i].time_ns, expected[i].time_ns);
      }
    }
  }
}

TEST(SpikeSampler, RefusesABinWidthOutOfBounds) {
  EXPECT_THROW(SpikeSampler(SpikeStatistics::kPoisson, 99'999, 1), std::invalid_argument);
  EXPECT_THROW(SpikeSampler(SpikeStatistics::kPoisson, 1'000'000'001, 1), std::invalid_argument);
}

}  // namespace
}  // namespace efferent::subject

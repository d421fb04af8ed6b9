#include "clients/acquisition/bin_sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace efferent {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// x(t) = 3 t, sampled at these times.
NwbSamples Ramp(const std::vector<double>& times_s) {
  NwbSamples samples;
  samples.times_s = times_s;
  for (const double time_s : times_s) samples.values.push_back(3.0 * time_s);
  return samples;
}

TEST(BinSampling, ARampIsExactWhateverTheSamplingRate) {
  // 30 Hz on bins of 20 ms; and 50 Hz with jitter.
  std::vector<double> at_30_hz, jittered;
  for (int i = 0; i < 40; ++i) at_30_hz.push_back(i / 30.0);
  for (int i = 0; i < 60; ++i) jittered.push_back(0.02 * i + 0.003 * std::sin(7.0 * i));
  const BinGrid grid{0.1, 0.02, 50};
  for (const auto& times : {at_30_hz, jittered}) {
    const PointTrack position = InterpolateAtBinStarts(Ramp(times), grid);
    for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
      const auto& at = position[static_cast<std::size_t>(bin)];
      ASSERT_TRUE(at) << bin;
      EXPECT_NEAR((*at)[0], 3.0 * grid.BinStartS(bin), 1e-12);
    }
    const PointTrack mean = AverageOverBins(Ramp(times), grid);
    for (std::int64_t bin = 0; bin < grid.num_bins; ++bin) {
      const auto& over = mean[static_cast<std::size_t>(bin)];
      ASSERT_TRUE(over) << bin;
      EXPECT_NEAR((*over)[0], 3.0 * (grid.BinStartS(bin) + 0.01), 1e-12) << "middle of the bin";
    }
  }
}

TEST(BinSampling, ASampleAtABinsStartIsTakenBitForBit) {
  NwbSamples samples;
  samples.rate_hz = 50.0;
  samples.values = {0.1, 0.7, kNaN, 0.3};
  const PointTrack position = InterpolateAtBinStarts(samples, {0.0, 0.02, 4});
  EXPECT_EQ((*position[1])[0], 0.7);
  EXPECT_FALSE(position[2]) << "the file says unknown";
  EXPECT_EQ((*position[3])[0], 0.3);
  const PointTrack mean = AverageOverBins(samples, {0.0, 0.02, 4});
  EXPECT_EQ((*mean[1])[0], 0.7) << "a sample for each bin is its mean already";
}

TEST(BinSampling, GapsAndUnknownSamplesAreNotBridged) {
  NwbSamples samples = Ramp({0.0, 0.01, 0.02, 0.03, 0.30, 0.31, 0.32, 0.33});
  const PointTrack gap = InterpolateAtBinStarts(samples, {0.005, 0.02, 16});
  EXPECT_TRUE(gap[0]);
  for (std::size_t bin = 2; bin <= 14; ++bin) EXPECT_FALSE(gap[bin]) << bin;
  EXPECT_TRUE(gap[15]);
  samples.values[2] = kNaN;
  const PointTrack unknown = InterpolateAtBinStarts(samples, {0.005, 0.02, 2});
  EXPECT_FALSE(unknown[1]) << "between an unknown sample and a known one";
}

TEST(BinSampling, WhatJumpsIsHeld) {
  NwbSamples samples;
  samples.times_s = {0.0, 0.015, 0.03, 0.045};
  samples.values = {1.0, 1.0, 5.0, 5.0};
  const PointTrack target = HoldAtBinStarts(samples, {0.0, 0.02, 3});
  EXPECT_EQ((*target[1])[0], 1.0);
  EXPECT_EQ((*target[2])[0], 5.0);
}

}  // namespace
}  // namespace efferent

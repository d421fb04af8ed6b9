#include "decoder/spike_binner.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace efferent {
namespace {

constexpr TimeNs kWidth = 10;

void Add(SpikeBinner* binner, std::vector<Spike> spikes) { binner->Add(spikes); }

TEST(SpikeBinner, SpikeOnTheUpperEdgeBelongsToTheNextBin) {
  SpikeBinner binner(2, kWidth);
  Add(&binner, {{9, 0}, {10, 0}, {0, 1}});
  EXPECT_EQ(binner.TakeBin(), Eigen::Vector2f(1, 1));
  EXPECT_EQ(binner.TakeBin(), Eigen::Vector2f(1, 0));
}

TEST(SpikeBinner, OrderOfTimesDoesNotMatter) {
  SpikeBinner binner(1, kWidth);
  Add(&binner, {{25, 0}, {3, 0}, {14, 0}, {4, 0}});
  EXPECT_EQ(binner.TakeBin()[0], 2.0f);
  EXPECT_EQ(binner.TakeBin()[0], 1.0f);
  EXPECT_EQ(binner.TakeBin()[0], 1.0f);
}

TEST(SpikeBinner, LateSpikeIsCountedAndNotApplied) {
  SpikeBinner binner(1, kWidth);
  binner.TakeBin();
  Add(&binner, {{9, 0}, {10, 0}});
  EXPECT_EQ(binner.late_event_count(), 1u);
  EXPECT_EQ(binner.TakeBin()[0], 1.0f);
}

TEST(SpikeBinner, SpikeTooFarAheadOrOfNoChannelIsCountedAndLeavesOtherBinsAlone) {
  SpikeBinner binner(1, kWidth);
  Add(&binner, {{kWidth * SpikeBinner::kMaxBinsAhead, 0}, {0, 1}});
  EXPECT_EQ(binner.rejected_event_count(), 2u);
  EXPECT_EQ(binner.TakeBin()[0], 0.0f);
}

TEST(SpikeBinner, RowsOfCountsAddToEvents) {
  SpikeBinner binner(2, kWidth);
  Add(&binner, {{5, 1}});
  binner.AddCounts(std::array{0.5f, 2.0f});
  EXPECT_EQ(binner.TakeBin(), Eigen::Vector2f(0.5f, 3.0f));
}

TEST(SpikeBinner, SkippingDropsOpenBinsAndSaysHowMany) {
  SpikeBinner binner(1, kWidth);
  Add(&binner, {{5, 0}, {45, 0}});
  EXPECT_EQ(binner.SkipTo(4), 4u);
  EXPECT_EQ(binner.next_bin_start_ns(), 40);
  EXPECT_EQ(binner.TakeBin()[0], 0.0f);
  EXPECT_EQ(binner.SkipTo(2), 0u) << "never backwards";
}

TEST(SpikeBinner, RefusesNoChannelsAndNoWidth) {
  EXPECT_THROW(SpikeBinner(0, kWidth), std::invalid_argument);
  EXPECT_THROW(SpikeBinner(1, 0), std::invalid_argument);
}

}  // namespace
}  // namespace efferent

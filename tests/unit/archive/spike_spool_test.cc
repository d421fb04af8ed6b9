#include "clients/archive/nwb/spike_spool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <vector>

#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent::archive {
namespace {

std::vector<std::vector<std::int64_t>> Grouped(SpikeSpool* spool) {
  std::vector<std::vector<std::int64_t>> channels;
  spool->ForEachChannel([&](std::span<const std::int64_t> times_ns) {
    channels.emplace_back(times_ns.begin(), times_ns.end());
  });
  return channels;
}

TEST(SpikeSpool, GivesEachChannelItsSpikesInOrderOfTime) {
  constexpr std::uint32_t kChannels = 50;
  SpikeSpool spool(test::ScratchPath(""), kChannels);
  std::mt19937 random(3);
  std::vector<std::vector<std::int64_t>> expected(kChannels);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint32_t channel = random() % (kChannels - 1);  // the last stays silent
    const auto time_ns = static_cast<std::int64_t>(random()) << 20;
    spool.Add(channel, time_ns);
    expected[channel].push_back(time_ns);
  }
  for (auto& times_ns : expected) std::sort(times_ns.begin(), times_ns.end());
  EXPECT_EQ(spool.num_spikes(), 100'000u);
  EXPECT_EQ(Grouped(&spool), expected);
}

TEST(SpikeSpool, WithoutSpikesEveryChannelIsEmpty) {
  SpikeSpool spool(test::ScratchPath(""), 3);
  EXPECT_EQ(Grouped(&spool), std::vector<std::vector<std::int64_t>>(3));
}

TEST(SpikeSpool, LeavesNoFileBehind) {
  const std::string folder = test::ScratchPath("");
  SpikeSpool spool(folder, 1);
  spool.Add(0, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(SpikeSpool, AFolderThatIsNotThereIsNamed) {
  try {
    SpikeSpool spool("/nowhere/at/all", 1);
    FAIL() << "it was made";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("/nowhere/at/all"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace efferent::archive

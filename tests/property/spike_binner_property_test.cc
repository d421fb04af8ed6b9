#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>
#include <utility>
#include <vector>

#include "decoder/spike_binner.h"

namespace efferent {
namespace {

// However spikes are cut into chunks and shuffled, each is in its bin, or counted as late, or as
// refused: none is lost.
TEST(SpikeBinnerProperty, EverySpikeIsInItsBinOrCounted) {
  EXPECT_TRUE(rc::check([] {
    const int channels = *rc::gen::inRange(1, 8);
    const TimeNs width = *rc::gen::inRange<TimeNs>(1, 1000);
    SpikeBinner binner(channels, width);
    std::map<std::pair<std::uint64_t, std::uint32_t>, int> expected;
    std::uint64_t late = 0, refused = 0;
    const int num_rounds = *rc::gen::inRange(1, 20);
    for (int round = 0; round < num_rounds; ++round) {
      const auto times =
          *rc::gen::container<std::vector<TimeNs>>(rc::gen::inRange<TimeNs>(0, 80 * width));
      std::vector<Spike> spikes;
      for (const TimeNs time : times) {
        const auto channel =
            *rc::gen::inRange<std::uint32_t>(0, static_cast<std::uint32_t>(channels) + 1);
        spikes.push_back({time, channel});
        const auto bin = static_cast<std::uint64_t>(time / width);
        if (bin < binner.next_bin_index()) {
          ++late;
        } else if (bin >= binner.next_bin_index() + SpikeBinner::kMaxBinsAhead ||
                   channel >= static_cast<std::uint32_t>(channels)) {
          ++refused;
        } else {
          ++expected[{bin, channel}];
        }
      }
      binner.Add(spikes);
      const std::uint64_t bin = binner.next_bin_index();
      const Eigen::VectorXf& counts = binner.TakeBin();
      for (int channel = 0; channel < channels; ++channel) {
        const auto it = expected.find({bin, static_cast<std::uint32_t>(channel)});
        RC_ASSERT(counts[channel] == static_cast<float>(it == expected.end() ? 0 : it->second));
      }
    }
    RC_ASSERT(binner.late_event_count() == late);
    RC_ASSERT(binner.rejected_event_count() == refused);
  }));
}

}  // namespace
}  // namespace efferent

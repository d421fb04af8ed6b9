// Server, source, network or arm stands still while the arm moves, and goes on: no command that is old
// moves the arm. The clock of this machine is everybody's, so ages are true.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <tuple>

#include "tests/programs/running_program.h"
#include "tests/programs/stall_trial.h"

namespace efferent::test {
namespace {

constexpr double kStopAfterS = 0.1;
constexpr double kBinsPerSecond = 50.0;

class Stalled : public testing::TestWithParam<std::tuple<Staller, int>> {
 protected:
  Staller who() const { return std::get<0>(GetParam()); }
  int seconds() const { return std::get<1>(GetParam()); }

  RunningServer server_;
};

std::string Name(const testing::TestParamInfo<std::tuple<Staller, int>>& test) {
  constexpr std::array kNames = {"Server", "Source", "Network", "Arm"};
  return std::string(kNames[static_cast<std::size_t>(std::get<0>(test.param))]) + "For" +
         std::to_string(std::get<1>(test.param)) + "Seconds";
}

INSTANTIATE_TEST_SUITE_P(All, Stalled,
                         testing::Combine(testing::Values(Staller::kServer, Staller::kSource,
                                                          Staller::kNetwork),
                                          testing::Values(1, 2, 5)),
                         Name);

TEST_P(Stalled, BringsNoOldMotionAndEveryBinIsCounted) {
  const double stall_s = seconds();
  const StallResult result =
      RunStall({.who = who(), .stall_s = stall_s}, server_.address(), server_.process_id());
  std::size_t moved_after = 0;
  for (const StallCommand& command : result.commands) {
    if (command.status != v1::COMMAND_STATUS_DECODED) continue;
    moved_after += command.time_s > stall_s;
    // By the clock of the server, to which a command is sent within `stop_after` of its bin's due time, plus
    // the way to this process, which a busy machine delays by what it likes: a third of the shortest stall.
    EXPECT_LT(command.age_s, kStopAfterS + 0.3) << "at " << command.time_s << " s";
  }
  EXPECT_GT(moved_after, 0u) << "it goes on";
  const v1::SessionStatistics& statistics = result.session.statistics();
  EXPECT_EQ(statistics.decoded_bin_count(), result.num_bins);
  EXPECT_EQ(statistics.missed_bin_count(), 0u);
  EXPECT_EQ(statistics.learned_bin_count(), 0u);
  // All bins of the stall but the last tenth of a second are too old, and missed their deadline.
  const double too_old = (stall_s - kStopAfterS) * kBinsPerSecond;
  EXPECT_GE(static_cast<double>(statistics.stale_bin_count()), too_old - 10.0);
  EXPECT_GE(statistics.missed_deadline_count(), statistics.stale_bin_count());
}

// What its transport holds back is old when it reads on. It has to take the last, as `efferent arm` does.
TEST(StalledArm, FindsTheLatestCommandBehindTheOldOnesAndTheServerNoticesNothing) {
  RunningServer server;
  const StallResult result =
      RunStall({.who = Staller::kArm, .stall_s = 2.0}, server.address(), server.process_id());
  ASSERT_FALSE(result.commands.empty());
  // The last is the STOPPED of the end.
  const auto last_moving = std::find_if(
      result.commands.rbegin(), result.commands.rend(),
      [](const auto& command) { return command.status == v1::COMMAND_STATUS_DECODED; });
  ASSERT_NE(last_moving, result.commands.rend());
  EXPECT_GT(last_moving->time_s, 2.0);
  EXPECT_EQ(result.session.statistics().decoded_bin_count(), result.num_bins);
}

}  // namespace
}  // namespace efferent::test

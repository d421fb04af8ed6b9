// What reaches the arm when bins come late: after a stall of server, network or source, and after a pause
// of the source, with a clock of the test's own.
#include <algorithm>
#include <vector>

#include "tests/concurrency/loop_fixture.h"

namespace efferent::test {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kStaleAfterNs = 100 * kMs;
constexpr std::uint64_t kBinsPerSecond = 100;  // a bin is 10 ms

/// A command that the arm got, and how old its bin was.
struct Received {
  Command command;
  std::int64_t age_ns = 0;
};

/// A source of one bin a chunk, in time unless told otherwise, and the arm that listens.
class LateSource : public CommandListener, public std::enable_shared_from_this<LateSource> {
 public:
  LateSource() : fixture(1e6, {}, {.real_time = true, .stale_after_ns = kStaleAfterNs}) {}

  /// The next chunk comes `late_by_ns` after it was complete; what it holds is all that is ever decoded.
  void Send(std::int64_t late_by_ns, std::uint64_t num_bins = 1, bool with_behavior = false) {
    const auto first = static_cast<double>(bins_);
    bins_ += num_bins;
    Chunk chunk = LoopFixture::Events(++chunks_, static_cast<double>(bins_), {first + 0.5});
    if (with_behavior) {
      for (std::uint64_t bin = 0; bin < num_bins; ++bin) {
        chunk.behavior.push_back(LoopFixture::State(1, first + static_cast<double>(bin)));
      }
    }
    fixture.now_ns = paused_ns + chunk.complete_until_ns + late_by_ns;
    ASSERT_TRUE(fixture.inbox.Put(LoopFixture::State(1), {}));
    fixture.Handle(chunk);
  }
  void SendInTime(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) Send(0);
  }
  /// Nothing comes for so long; then all that was held back comes at once, a tenth of a millisecond each.
  /// Returns how many bins that were.
  std::uint64_t Stall(std::int64_t stall_ns) {
    const auto behind = static_cast<std::uint64_t>(stall_ns / LoopFixture::kBinWidthNs);
    // The clock has reached the end of the stall when the first of them comes.
    for (std::uint64_t i = 0; i < behind; ++i) {
      const auto left = static_cast<std::int64_t>(behind - i);
      Send((left - 1) * LoopFixture::kBinWidthNs + static_cast<std::int64_t>(i + 1) * kMs / 10);
    }
    return behind;
  }

  void OnCommand() noexcept override {
    if (const auto published = fixture.mailbox.TakeNewer(&cursor_)) {
      received.push_back({published->command,
                          fixture.now_ns.load() - paused_ns - published->command.bin_stop_time_ns});
    }
  }
  std::size_t CountOf(CommandStatus status) const {
    return static_cast<std::size_t>(
        std::count_if(received.begin(), received.end(),
                      [status](const Received& got) { return got.command.status == status; }));
  }
  LoopStatus status() const { return fixture.loop->status(); }

  LoopFixture fixture;
  std::vector<Received> received;
  std::int64_t paused_ns = 0;  // by so much session time has fallen behind the clock for good

 private:
  std::uint64_t bins_ = 0, chunks_ = 0;
  CommandCursor cursor_;
};

std::shared_ptr<LateSource> Begin() {
  auto source = std::make_shared<LateSource>();
  source->fixture.mailbox.Subscribe(source, true);
  source->SendInTime(3 * kBinsPerSecond);
  source->received.clear();
  return source;
}

class Stalls : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seconds, Stalls, testing::Values(1, 2, 5));

TEST_P(Stalls, BringNoMotionThatIsOlderThanStopAfterAndOneStop) {
  const auto source = Begin();
  source->Stall(GetParam() * 1'000 * kMs);
  source->SendInTime(10);
  for (const Received& got : source->received) {
    if (got.command.status == CommandStatus::kDecoded) {
      EXPECT_LE(got.age_ns, kStaleAfterNs) << "bin " << got.command.bin_index;
    } else {
      EXPECT_EQ(got.command.velocity_m_s, TaskVector());
    }
  }
  EXPECT_EQ(source->CountOf(CommandStatus::kStopped), 1u) << "conflated";
  EXPECT_EQ(source->received.back().command.status, CommandStatus::kDecoded);
}

TEST_P(Stalls, AreCountedBinByBinAndEveryBinIsDecoded) {
  const auto source = Begin();
  const std::uint64_t before = source->status().decoded_bin_count;
  const std::uint64_t behind = source->Stall(GetParam() * 1'000 * kMs);
  const LoopStatus status = source->status();
  EXPECT_EQ(status.decoded_bin_count, before + behind);
  // The deadline is a bin. The last bins of a burst are younger: of 100 bins, a tenth of a millisecond
  // apart, the 99th is 19.9 ms late, the last 10 ms, in time by no hair.
  EXPECT_NEAR(static_cast<double>(status.missed_deadline_count), static_cast<double>(behind), 5.0);
  // Ten bins are 100 ms.
  EXPECT_NEAR(static_cast<double>(status.stale_bin_count), static_cast<double>(behind) - 10.0, 5.0);
  EXPECT_FALSE(status.stale_by_ns);
}

TEST_P(Stalls, TeachNothingWithTheStateThatTheArmHasNow) {
  const auto source = Begin();
  const std::uint64_t learned = source->status().learned_bin_count;
  EXPECT_EQ(learned, 3 * kBinsPerSecond);
  const std::uint64_t behind = source->Stall(GetParam() * 1'000 * kMs);
  // But for the last, which are younger than half a bin.
  EXPECT_LE(source->status().learned_bin_count - learned, 2u);
  EXPECT_GE(source->status().skipped_learning_count, behind - 2);
  source->SendInTime(10);
  EXPECT_GE(source->status().learned_bin_count - learned, 10u) << "it goes on";
}

TEST_P(Stalls, PauseInWhichSessionTimeStoodStillTooStopsForAFifthOfASecond) {
  const auto source = Begin();
  source->paused_ns += GetParam() * 1'000 * kMs;
  // Two blocks of 100 ms: 21 bins.
  source->SendInTime(21);
  EXPECT_EQ(source->CountOf(CommandStatus::kDecoded), 1u) << "the last of them";
  EXPECT_EQ(source->status().stale_bin_count, 20u);
  const std::uint64_t missed = source->status().missed_deadline_count;
  EXPECT_EQ(missed, 20u) << "as long as it might have been a delay";
  source->SendInTime(kBinsPerSecond);
  EXPECT_EQ(source->CountOf(CommandStatus::kDecoded), 1u + kBinsPerSecond);
  EXPECT_EQ(source->status().missed_deadline_count, missed);
}

TEST(StaleBins, NextBinThatMovesTheArmBeginsFromRest) {
  // An acceleration of 1 m/s^2 is 0.01 m/s in a bin; what is decoded is 1 m/s, a spike in each bin.
  LoopFixture f(1.0, {}, {.real_time = true, .stale_after_ns = kStaleAfterNs});
  const auto send = [&f](std::uint64_t n, std::int64_t late_by_ns) {
    f.now_ns = LoopFixture::Bins(static_cast<double>(n)) + late_by_ns;
    return f.Handle(LoopFixture::Events(n, static_cast<double>(n), {static_cast<double>(n) - 0.5}))
        .front();
  };
  for (std::uint64_t n = 1; n <= 50; ++n) send(n, 0);
  EXPECT_NEAR(send(51, 0).command.velocity_m_s.x(), 0.51, 1e-9);
  const PublishedCommand stale = send(52, 1'000 * kMs);
  EXPECT_EQ(stale.command.status, CommandStatus::kStopped);
  EXPECT_EQ(stale.command.velocity_m_s, TaskVector());
  EXPECT_NEAR(send(153, 0).command.velocity_m_s.x(), 0.01, 1e-9);
}

TEST(StaleBins, OfALongChunkOnlyTheYoungestMoveTheArm) {
  const auto source = Begin();
  source->Send(0, 50);  // half a second at once
  // A bin that is 100 ms old is not older than that.
  EXPECT_EQ(source->CountOf(CommandStatus::kDecoded), 11u);
  EXPECT_EQ(source->status().stale_bin_count, 39u);
  EXPECT_EQ(source->status().missed_deadline_count, 0u) << "the chunk came in time";
}

TEST(StaleBins, TeachWithBehaviorThatWasRecordedWithThemAndNotWithTheArmsStateOfNow) {
  const auto source = Begin();
  const std::uint64_t learned = source->status().learned_bin_count;
  source->Send(0, 50);
  EXPECT_EQ(source->status().learned_bin_count - learned, 11u);
  source->Send(0, 50, /*with_behavior=*/true);
  EXPECT_EQ(source->status().learned_bin_count - learned, 61u);
}

TEST(StaleBins, AreThereOnlyInRealTime) {
  LoopFixture f(1e6, {}, {.real_time = false, .stale_after_ns = kStaleAfterNs});
  for (std::uint64_t n = 1; n <= 10; ++n) {
    f.now_ns = static_cast<std::int64_t>(n) * 1'000 * kMs;
    EXPECT_EQ(f.Handle(LoopFixture::Events(n, static_cast<double>(n))).front().command.status,
              CommandStatus::kDecoded);
  }
  EXPECT_EQ(f.loop->status().stale_bin_count, 0u);
}

}  // namespace
}  // namespace efferent::test

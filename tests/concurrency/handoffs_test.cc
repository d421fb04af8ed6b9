// Everything that a session does at once, without gRPC: ThreadSanitizer must have nothing to say,
// and no promise may break.
#include <latch>
#include <thread>

#include "server/loop/monotonic_clock.h"
#include "server/loop/watchdog.h"
#include "tests/concurrency/loop_fixture.h"

namespace efferent::test {
namespace {

constexpr int kBins = 20'000;

/// An arm stream, as far as the mailbox knows: takes the latest command whenever it is told.
class ArmReader final : public CommandListener {
 public:
  explicit ArmReader(const CommandMailbox* mailbox) : mailbox_(mailbox) {}

  void OnCommand() noexcept override {
    const std::lock_guard lock(mutex_);
    while (const auto published = mailbox_->TakeNewer(&cursor_)) {
      in_order_ = in_order_ && published->number > last_number_;
      last_number_ = published->number;
      ++taken_;
      last_ = published->command;
    }
  }
  bool in_order() const {
    const std::lock_guard lock(mutex_);
    return in_order_;
  }
  std::uint64_t taken_and_skipped() const {
    const std::lock_guard lock(mutex_);
    return taken_ + cursor_.skipped;
  }
  Command last() const {
    const std::lock_guard lock(mutex_);
    return last_;
  }

 private:
  const CommandMailbox* mailbox_;
  mutable std::mutex mutex_;
  CommandCursor cursor_;
  std::uint64_t last_number_ = 0;
  std::uint64_t taken_ = 0;
  bool in_order_ = true;
  Command last_;
};

TEST(Handoffs, LoopWatchdogArmAndWatchersAtOnce) {
  LoopFixture f;
  auto arm = std::make_shared<ArmReader>(&f.mailbox);
  f.mailbox.Subscribe(arm, true);
  Watchdog watchdog({.hold_after_ns = 1, .stop_after_ns = 3, .hold_half_life_ns = 10}, &f.mailbox);
  std::atomic<bool> done = false;
  std::latch all_here(4);

  std::vector<std::thread> threads;
  threads.emplace_back([&] {  // acquisition
    all_here.arrive_and_wait();
    for (int bin = 0; bin < kBins; ++bin) {
      f.now_ns.fetch_add(1);
      f.Handle(LoopFixture::Events(static_cast<std::uint64_t>(bin) + 1, bin + 1, {bin + 0.5}));
      if (bin % 8 == 0) std::this_thread::yield();
    }
    done = true;
  });
  threads.emplace_back([&] {  // the clock
    all_here.arrive_and_wait();
    while (!done) {
      watchdog.Look(f.now_ns.load());
      f.now_ns.fetch_add(1);
      std::this_thread::yield();
    }
  });
  threads.emplace_back([&] {  // arm updates
    const std::vector<TrialBoundary> start = {{0, TrialBoundary::Kind::kStart}};
    all_here.arrive_and_wait();
    while (!done) {
      f.inbox.Put(LoopFixture::State(1), start);
      f.inbox.Put(LoopFixture::State(2), {});
      std::this_thread::yield();
    }
  });
  threads.emplace_back([&] {  // watchers come and go, someone freezes and resumes
    bool enabled = false;
    all_here.arrive_and_wait();
    while (!done) {
      auto watcher = std::make_shared<ArmReader>(&f.mailbox);
      f.mailbox.Subscribe(watcher, false);
      f.loop->SetLearning(enabled = !enabled);
      const LoopStatus status = f.loop->status();
      EXPECT_LE(status.learned_bin_count, status.decoded_bin_count);
      f.mailbox.Unsubscribe(watcher.get());
      EXPECT_TRUE(watcher->in_order());
      std::this_thread::yield();
    }
  });
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(f.loop->status().decoded_bin_count, static_cast<std::uint64_t>(kBins));
  EXPECT_TRUE(arm->in_order());
  EXPECT_EQ(arm->taken_and_skipped(), f.mailbox.last_bin().number);
}

TEST(Handoffs, ArmIsStoppedWhileLearningHangs) {
  std::latch learning(1), let_go(1);
  LoopFixture f(1e6, [&] {
    learning.count_down();
    let_go.wait();
  });
  auto arm = std::make_shared<ArmReader>(&f.mailbox);
  f.mailbox.Subscribe(arm, true);
  Watchdog watchdog({.hold_after_ns = 10, .stop_after_ns = 20, .hold_half_life_ns = 10},
                    &f.mailbox);
  std::thread acquisition([&] { f.Handle(LoopFixture::Events(1, 1, {0.5})); });
  learning.wait();
  EXPECT_EQ(arm->last().status, CommandStatus::kDecoded);
  f.now_ns = 20;
  EXPECT_EQ(watchdog.Look(f.now_ns).event, Watchdog::Event::kStopped);
  EXPECT_EQ(arm->last().status, CommandStatus::kStopped);
  EXPECT_EQ(f.loop->status().decoded_bin_count, 1u);  // statistics do not wait either
  let_go.count_down();
  acquisition.join();
}

TEST(BehaviorInbox, RefusesBoundariesBeyondItsCapacityWhole) {
  BehaviorInbox inbox;
  const std::vector<TrialBoundary> many(BehaviorInbox::kCapacity);
  EXPECT_TRUE(inbox.Put(LoopFixture::State(1), many));
  EXPECT_FALSE(inbox.Put(LoopFixture::State(2), std::vector<TrialBoundary>(1)));
  std::vector<TrialBoundary> taken;
  EXPECT_EQ(inbox.Take(&taken)->velocity_m_s->x(), 1.0);
  EXPECT_EQ(taken.size(), BehaviorInbox::kCapacity);
  EXPECT_TRUE(inbox.Put(LoopFixture::State(2), std::vector<TrialBoundary>(1)));
}

TEST(BehaviorInbox, ForgetsAnArmThatIsGone) {
  BehaviorInbox inbox;
  inbox.Put(LoopFixture::State(1), {});
  inbox.Forget();
  std::vector<TrialBoundary> taken;
  EXPECT_FALSE(inbox.Take(&taken));
}

}  // namespace
}  // namespace efferent::test

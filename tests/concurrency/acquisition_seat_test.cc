#include "server/loop/acquisition_seat.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace efferent::test {
namespace {

/// A stream that remembers what it was told.
class Holder final : public AcquisitionHolder {
 public:
  void CutIfStuck(std::int64_t) noexcept override {}
  void End(StreamEnd reason) noexcept override {
    taken_over = taken_over || reason == StreamEnd::kTakenOver;
  }
  void OnSeatReady() noexcept override { ready = true; }

  std::atomic<bool> taken_over = false;
  std::atomic<bool> ready = false;
};

TEST(AcquisitionSeat, NewerStreamTakesOver) {
  AcquisitionSeat seat;
  auto older = std::make_shared<Holder>();
  auto newer = std::make_shared<Holder>();
  EXPECT_TRUE(seat.Attach(older));
  EXPECT_TRUE(seat.Attach(newer));
  EXPECT_TRUE(older->taken_over);
  EXPECT_FALSE(seat.BeginChunk(older.get()));
  EXPECT_TRUE(seat.BeginChunk(newer.get()));
}

TEST(AcquisitionSeat, NewerStreamWaitsForTheChunkThatIsUnderWay) {
  AcquisitionSeat seat;
  auto older = std::make_shared<Holder>();
  auto newer = std::make_shared<Holder>();
  seat.Attach(older);
  ASSERT_TRUE(seat.BeginChunk(older.get()));
  EXPECT_FALSE(seat.Attach(newer));
  EXPECT_FALSE(newer->ready);
  EXPECT_FALSE(seat.EndChunk(older.get()));
  EXPECT_TRUE(newer->ready);
}

TEST(AcquisitionSeat, OfTwoThatWaitTheNewestSits) {
  AcquisitionSeat seat;
  auto first = std::make_shared<Holder>();
  auto second = std::make_shared<Holder>();
  auto third = std::make_shared<Holder>();
  seat.Attach(first);
  ASSERT_TRUE(seat.BeginChunk(first.get()));
  EXPECT_FALSE(seat.Attach(second));
  EXPECT_FALSE(seat.Attach(third));
  seat.EndChunk(first.get());
  EXPECT_TRUE(second->taken_over);
  EXPECT_FALSE(second->ready);
  EXPECT_TRUE(third->ready);
}

TEST(AcquisitionSeat, StreamThatWasTakenOverDoesNotLeaveForItsSuccessor) {
  AcquisitionSeat seat;
  auto older = std::make_shared<Holder>();
  auto newer = std::make_shared<Holder>();
  seat.Attach(older);
  seat.Attach(newer);
  EXPECT_FALSE(seat.Leave(older.get()));
  EXPECT_TRUE(seat.taken());
  EXPECT_TRUE(seat.Leave(newer.get()));
  EXPECT_FALSE(seat.taken());
}

TEST(AcquisitionSeat, OneAtATimeHoweverManyTakeOver) {
  AcquisitionSeat seat;
  std::atomic<int> inside = 0;
  std::atomic<bool> collided = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 2'000; ++round) {
        auto holder = std::make_shared<Holder>();
        bool ready = seat.Attach(holder);
        while (!ready && !holder->taken_over) {
          ready = holder->ready;
          std::this_thread::yield();
        }
        for (int chunk = 0; ready && chunk < 3 && seat.BeginChunk(holder.get()); ++chunk) {
          if (inside.fetch_add(1) != 0) collided = true;
          std::this_thread::yield();
          inside.fetch_sub(1);
          seat.EndChunk(holder.get());
        }
        seat.Leave(holder.get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(collided);
  EXPECT_FALSE(seat.taken());
}

}  // namespace
}  // namespace efferent::test

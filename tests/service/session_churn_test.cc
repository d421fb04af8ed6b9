// Sessions that come and go, some with streams attached when they end, leave nothing behind.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "tests/service/process_view.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

class SessionChurn : public ServiceTest {
 protected:
  /// Session number `i`: every other one in real time, one in ten with streams, and chunks in them.
  void ComeAndGo(int i) {
    v1::SessionConfig config = SmallConfig();
    config.mutable_decoder()->mutable_nlms();
    config.mutable_timing()->set_real_time(i % 2 == 0);
    ASSERT_TRUE(clients_.Create("s", config).ok());
    // An expired one still holds the session's memory.
    std::erase_if(ended_, [](const auto& session) { return session.expired(); });
    ended_.push_back(server_.sessions().Find("s"));
    if (i % 10 != 0) {
      ASSERT_TRUE(clients_.End("s").ok());
      return;
    }
    auto arm = clients_.Arm("s");
    auto watch = clients_.Watch("s");
    ASSERT_TRUE(watch->Read());
    auto acquisition = clients_.Acquire("s");
    ASSERT_TRUE(arm->Write(ArmUpdateAt(0)));
    ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
    ASSERT_TRUE(clients_.End("s").ok());
    EXPECT_TRUE(arm->Finish().ok());
    EXPECT_TRUE(watch->Finish().ok());
    EXPECT_TRUE(acquisition->Finish().ok());
  }
  bool AllGone() {
    std::erase_if(ended_, [](const auto& session) { return session.expired(); });
    return ended_.empty() && clients_.List().empty();
  }

  std::vector<std::weak_ptr<Session>> ended_;
};

TEST_F(SessionChurn, LeavesNothingBehind) {
  const int num_sessions = std::getenv("EFFERENT_SOAK") ? 10'000 : 2'000;
  const int warm_up = num_sessions / 5;
  for (int i = 0; i < warm_up; ++i) ASSERT_NO_FATAL_FAILURE(ComeAndGo(i));
  ASSERT_TRUE(Eventually([&] { return AllGone(); }));
  const std::int64_t allocated_before = AllocatedBytes();
  const ProcessView before = LookAtProcess(0);

  for (int i = warm_up; i < num_sessions; ++i) ASSERT_NO_FATAL_FAILURE(ComeAndGo(i));
  EXPECT_TRUE(Eventually([&] { return AllGone(); })) << ended_.size() << " sessions live on";
  EXPECT_NEAR(server_.sessions().processor_budget().reserved(), 0.0, 1e-9);
  const std::int64_t allocated_after = AllocatedBytes();
  const ProcessView after = LookAtProcess(0);
  std::printf(
      "%d sessions: allocated %+ld bytes, resident %+ld, threads %d to %d, files %d to %d\n",
      num_sessions - warm_up, static_cast<long>(allocated_after - allocated_before),
      static_cast<long>(after.resident_bytes - before.resident_bytes), before.threads,
      after.threads, before.open_files, after.open_files);
  // gRPC keeps a pool of threads that grows to its bound when it first has need.
  EXPECT_LE(after.threads, before.threads + 4);
  EXPECT_EQ(after.open_files, before.open_files);
  EXPECT_LT(allocated_after - allocated_before, 1 << 20);
  if (!kIsSanitized) {
    EXPECT_LT(after.resident_bytes - before.resident_bytes, 8 << 20);
  }
}

TEST_F(SessionChurn, EndedSessionGivesItsProcessorsBackThoughItsArmNeverReads) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_decoder()->mutable_nlms();
  config.mutable_timing()->set_real_time(true);
  config.mutable_timing()->set_deadline_ns(10'000'000'000);
  ASSERT_TRUE(clients_.Create("s", config).ok());
  EXPECT_GT(server_.sessions().processor_budget().reserved(), 0.0);
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  // Until the transport's buffers are full: no command is taken, so none is counted as overtaken.
  std::uint64_t num_skipped = 0, last_taken = 0;
  for (std::uint64_t n = 1; n < last_taken + 100; ++n) {
    v1::AcquisitionChunk chunk;
    chunk.set_sequence_number(n);
    chunk.set_complete_until_ns(static_cast<std::int64_t>(n) * 64 * kWidth);
    ASSERT_TRUE(Send(acquisition.get(), chunk));
    const std::uint64_t skipped = clients_.Get("s")->statistics().skipped_command_count();
    if (skipped != std::exchange(num_skipped, skipped)) last_taken = n;
  }
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_TRUE(Eventually([&] { return server_.sessions().processor_budget().reserved() == 0.0; }));
  EXPECT_TRUE(arm->Finish().ok()) << "it hears of the end when it reads";
}

}  // namespace
}  // namespace efferent::test

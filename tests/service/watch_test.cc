// Following a session.
#include <atomic>
#include <thread>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

class Watch : public ServiceTest {
 protected:
  void SetUp() override {
    CreateSmall("s");
    arm_ = clients_.Arm("s");
  }
  /// Sends a state with one trial event.
  void SendEvent(v1::TrialEventKind kind, std::uint32_t trial_index) {
    v1::StreamArmRequest request = ArmUpdateAt(++time_ns_);
    AddTrialEvent(&request, kind, trial_index, "learn");
    ASSERT_TRUE(arm_->Write(request));
  }
  /// Trial boundaries pile up until a bin is decoded.
  void DecodeBin() {
    if (!acquisition_) acquisition_ = clients_.Acquire("s");
    ASSERT_TRUE(Send(acquisition_.get(), OneBin(++chunk_)));
  }

  std::unique_ptr<ArmCall> arm_;
  std::unique_ptr<AcquisitionCall> acquisition_;
  std::int64_t time_ns_ = 0;
  std::uint64_t chunk_ = 0;
};

TEST_F(Watch, BeginsWithWhatIsKnown) {
  SendEvent(v1::TRIAL_EVENT_KIND_START, 7);
  DecodeBin();
  // The update has arrived when the bin after it knows the arm.
  ASSERT_TRUE(Eventually([&] {
    DecodeBin();
    return clients_.Get("s")->statistics().learned_bin_count() > 0;
  }));
  auto watch = clients_.Watch("s");
  const auto first = watch->Read();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->arm_state().time_ns(), 1);
  EXPECT_TRUE(first->has_target());
  EXPECT_TRUE(first->has_statistics());
  ASSERT_EQ(first->trial_events_size(), 1);
  EXPECT_EQ(first->trial_events(0).trial_index(), 7u);
  EXPECT_EQ(first->trial_events(0).condition(), "learn");
}

TEST_F(Watch, TrialEventsComeInOrderNoneLeftOutNeverAfterTheirState) {
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(watch->Read());
  for (std::uint32_t i = 0; i < 500; ++i) {
    SendEvent(i % 2 ? v1::TRIAL_EVENT_KIND_STOP : v1::TRIAL_EVENT_KIND_START, i);
  }
  std::uint32_t next = 0;
  while (next < 500) {
    const auto news = watch->Read();
    ASSERT_TRUE(news);
    for (const auto& event : news->trial_events()) EXPECT_EQ(event.trial_index(), next++);
    if (news->has_arm_state()) {
      EXPECT_LE(news->arm_state().time_ns(), next);
    }
  }
}

TEST_F(Watch, TrialEventsOfRecordingsAreSeenToo) {
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(watch->Read());
  acquisition_ = clients_.Acquire("s");
  v1::AcquisitionChunk chunk = OneBin(1);
  v1::TrialEvent* event = chunk.add_trial_events();
  event->set_kind(v1::TRIAL_EVENT_KIND_START);
  event->set_condition("baseline");
  ASSERT_TRUE(Send(acquisition_.get(), chunk));
  while (true) {
    const auto news = watch->Read();
    ASSERT_TRUE(news);
    if (news->trial_events_size() == 0) continue;
    EXPECT_EQ(news->trial_events(0).condition(), "baseline");
    break;
  }
}

TEST_F(Watch, TargetThatIsGoneIsNotShown) {
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(watch->Read());
  v1::StreamArmRequest request = ArmUpdateAt(5);
  request.mutable_update()->clear_target();
  ASSERT_TRUE(arm_->Write(request));
  while (true) {
    const auto news = watch->Read();
    ASSERT_TRUE(news);
    if (!news->has_arm_state()) continue;
    EXPECT_FALSE(news->has_target());
    break;
  }
}

TEST_F(Watch, CountersArriveEvenWhenNothingElseHappens) {
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(watch->Read());
  DecodeBin();
  while (true) {
    const auto news = watch->Read();
    ASSERT_TRUE(news);
    if (news->statistics().decoded_bin_count() == 1) break;
  }
}

TEST_F(Watch, WatcherWhoFallsTooFarBehindIsTold) {
  // Over a connection of its own: what it leaves unread could take up the whole window of one that it
  // shares, and leave nothing to the other.
  Clients slow(server_.address());
  auto behind = slow.Watch("s");
  ASSERT_TRUE(behind->Read());
  auto follower = clients_.Watch("s");
  ASSERT_TRUE(follower->Read());
  // Unread by the one behind: first the transport's buffers fill, then its 1,024 places. The other
  // tells when the server has taken a batch in, so that no batch meets the one before it.
  constexpr std::uint32_t kBatch = 500;
  for (std::uint32_t sent = 0; sent < 60'000; sent += kBatch) {
    for (std::uint32_t i = sent; i < sent + kBatch; ++i) {
      SendEvent(i % 2 ? v1::TRIAL_EVENT_KIND_STOP : v1::TRIAL_EVENT_KIND_START, i);
    }
    for (std::uint32_t seen = sent; seen < sent + kBatch;) {
      const auto news = follower->Read();
      ASSERT_TRUE(news);
      for (const auto& event : news->trial_events()) ASSERT_EQ(event.trial_index(), seen++);
    }
    DecodeBin();
  }
  EXPECT_EQ(behind->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(Watch, WatchersComeAndGoWhileNewsArrives) {
  std::atomic<bool> over = false;
  std::vector<std::thread> watchers;
  for (int i = 0; i < 3; ++i) {
    watchers.emplace_back([&] {
      while (!over) EXPECT_TRUE(clients_.Watch("s")->Read());
    });
  }
  for (std::uint32_t i = 0; i < 500; ++i) {
    SendEvent(i % 2 ? v1::TRIAL_EVENT_KIND_STOP : v1::TRIAL_EVENT_KIND_START, i);
    DecodeBin();
  }
  over = true;
  for (std::thread& watcher : watchers) watcher.join();
}

}  // namespace
}  // namespace efferent::test

// After a break the client goes on from the acknowledged number: nothing twice, what is missing is
// counted.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Resume = ServiceTest;

TEST_F(Resume, OpenedSaysWhereToGoOn) {
  CreateSmall("s");
  {
    auto call = clients_.Acquire("s");
    for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(Send(call.get(), OneBin(n)));
    call->Cancel();
  }
  auto call = clients_.AcquireUnopened();
  v1::StreamAcquisitionRequest request;
  request.mutable_open()->set_session_id("s");
  request.mutable_open()->set_num_channels(kChannels);
  call->Write(request);
  const auto opened = call->Read();
  ASSERT_TRUE(opened && opened->has_opened());
  EXPECT_EQ(opened->opened().applied_sequence_number(), 5u);
  EXPECT_EQ(opened->opened().decoded_until_ns(), 5 * kWidth);
}

TEST_F(Resume, WhatIsSentAgainIsAcknowledgedAndIgnored) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  for (std::uint64_t n = 1; n <= 5; ++n) ASSERT_TRUE(Send(call.get(), OneBin(n)));
  const auto ack = Send(call.get(), OneBin(4));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->applied_sequence_number(), 5u);
  const auto statistics = clients_.Get("s")->statistics();
  EXPECT_EQ(statistics.duplicate_chunk_count(), 1u);
  EXPECT_EQ(statistics.decoded_bin_count(), 5u);
  EXPECT_EQ(statistics.late_event_count(), 0u);
}

TEST_F(Resume, GapIsReportedAndCounted) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  const auto ack = Send(call.get(), OneBin(200));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->missing_chunk_count(), 198u);
  EXPECT_EQ(ack->decoded_until_ns(), 200 * kWidth);
  EXPECT_EQ(clients_.Get("s")->statistics().missed_bin_count(), 198u);
}

TEST_F(Resume, LateEventsAreCountedInTheAcknowledgement) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  v1::AcquisitionChunk chunk = OneBin(2);
  chunk.mutable_spike_events()->add_channel(1);
  chunk.mutable_spike_events()->add_time_ns(0);
  const auto ack = Send(call.get(), chunk);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->late_event_count(), 1u);
}

}  // namespace
}  // namespace efferent::test

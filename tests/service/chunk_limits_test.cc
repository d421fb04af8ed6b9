// Chunks as large, as small and as odd as they may be, and one step beyond.
#include <algorithm>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using ChunkLimits = ServiceTest;

/// Nothing happened until `until_ns`.
v1::AcquisitionChunk Quiet(std::uint64_t n, std::int64_t until_ns) {
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(n);
  chunk.set_complete_until_ns(until_ns);
  return chunk;
}

v1::AcquisitionChunk Rows(std::uint64_t n, std::int64_t first_bin, int rows, int num_channels) {
  v1::AcquisitionChunk chunk = Quiet(n, (first_bin + rows) * kWidth);
  v1::SpikeCounts* counts = chunk.mutable_spike_counts();
  counts->set_start_time_ns(first_bin * kWidth);
  counts->set_bin_width_ns(kWidth);
  counts->mutable_counts()->Resize(rows * num_channels, 1.0f);
  return chunk;
}

v1::AcquisitionChunk Spikes(std::uint64_t n, int num_spikes) {
  v1::AcquisitionChunk chunk = Quiet(n, static_cast<std::int64_t>(n) * kWidth);
  for (int i = 0; i < num_spikes; ++i) {
    chunk.mutable_spike_events()->add_channel(static_cast<std::uint32_t>(i % kChannels));
    chunk.mutable_spike_events()->add_time_ns(chunk.complete_until_ns() - 1 - i % kWidth);
  }
  return chunk;
}

/// Sends what must be refused; returns the fields that are named.
std::vector<std::string> Refused(AcquisitionCall* call, const v1::AcquisitionChunk& chunk) {
  EXPECT_FALSE(Send(call, chunk));
  const grpc::Status status = call->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  return ViolatedFields(status);
}

using Fields = std::vector<std::string>;

TEST_F(ChunkLimits, SixtyFourBinsOfEventsAreOneChunkSixtyFiveAreNot) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  const auto ack = Send(call.get(), Quiet(1, 64 * kWidth));
  ASSERT_TRUE(ack);
  ASSERT_EQ(ack->commands_size(), 64);
  for (int bin = 0; bin < 64; ++bin) {
    EXPECT_EQ(ack->commands(bin).bin_index(), static_cast<std::uint64_t>(bin));
    EXPECT_EQ(ack->commands(bin).bin_stop_time_ns(), (bin + 1) * kWidth);
  }
  EXPECT_EQ(Refused(call.get(), Quiet(2, (64 + 65) * kWidth)), Fields{"chunk.complete_until_ns"});
  EXPECT_EQ(clients_.Get("s")->statistics().decoded_bin_count(), 64u);
}

TEST_F(ChunkLimits, SixtyFourRowsOfCountsOnFourThousandChannelsAreTaken) {
  v1::SessionConfig config = SmallConfig();
  config.set_num_channels(4096);
  config.mutable_decoder()->mutable_nlms();
  ASSERT_TRUE(clients_.Create("s", config).ok());
  auto call = clients_.Acquire("s", /*return_commands=*/true, 4096);
  const auto ack = Send(call.get(), Rows(1, 0, 64, 4096));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->commands_size(), 64);

  v1::AcquisitionChunk last = Quiet(2, 65 * kWidth);
  last.mutable_spike_events()->add_channel(4095);
  last.mutable_spike_events()->add_time_ns(64 * kWidth);
  ASSERT_TRUE(Send(call.get(), last));
  v1::AcquisitionChunk beyond = Quiet(3, 66 * kWidth);
  beyond.mutable_spike_events()->add_channel(4096);
  beyond.mutable_spike_events()->add_time_ns(65 * kWidth);
  EXPECT_EQ(Refused(call.get(), beyond), Fields{"chunk.spike_events.channel[0]"});

  config.set_num_channels(4097);
  EXPECT_EQ(ViolatedFields(clients_.Create("wider", config)), Fields{"config.num_channels"});
}

TEST_F(ChunkLimits, QuarterOfAMillionSpikesAreTakenAtOnce) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  EXPECT_TRUE(Send(call.get(), Spikes(1, 1 << 18)));
  EXPECT_EQ(Refused(call.get(), Spikes(2, (1 << 18) + 1)), Fields{"chunk.spike_events"});
}

TEST(ChunkLimitsOfTheServer, AreTheOnesThatItsSettingsSayToTheByteAndTheSpike) {
  ServerParams params = OnAFreePort();
  params.max_chunk_events = 100;
  params.max_chunk_bytes = 4'096;
  Server server(params, {}, std::make_shared<LogEvents>());
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  auto call = clients.Acquire("s");
  EXPECT_TRUE(Send(call.get(), Spikes(1, 100)));
  EXPECT_EQ(Refused(call.get(), Spikes(2, 101)), Fields{"chunk.spike_events"});

  // The condition of a trial pads it: a byte each.
  const auto of_bytes = [](std::uint64_t n, std::size_t bytes) {
    v1::AcquisitionChunk chunk = Quiet(n, static_cast<std::int64_t>(n) * kWidth);
    while (chunk.ByteSizeLong() < bytes) {
      v1::TrialEvent* event = chunk.add_trial_events();
      event->set_time_ns(static_cast<std::int64_t>(n - 1) * kWidth);
      event->set_kind(v1::TRIAL_EVENT_KIND_START);
      const std::size_t missing = bytes - std::min(bytes, chunk.ByteSizeLong());
      event->set_condition(std::string(std::min<std::size_t>(missing, 100), 'x'));
      while (chunk.ByteSizeLong() > bytes && !event->condition().empty()) {
        event->mutable_condition()->pop_back();
      }
    }
    return chunk;
  };
  const v1::AcquisitionChunk fits = of_bytes(2, 4'096);
  const v1::AcquisitionChunk is_larger = of_bytes(3, 4'097);
  ASSERT_EQ(fits.ByteSizeLong(), 4'096u);
  ASSERT_EQ(is_larger.ByteSizeLong(), 4'097u);
  call = clients.Acquire("s");
  EXPECT_TRUE(Send(call.get(), fits));
  EXPECT_EQ(Refused(call.get(), is_larger), Fields{"chunk"});
  EXPECT_EQ(clients.Get("s")->applied_sequence_number(), 2u);
}

TEST_F(ChunkLimits, MessageThatTheTransportDoesNotTakeEndsTheStreamOnly) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  EXPECT_FALSE(Send(call.get(), Rows(2, 1, 64, 1 << 17)));  // 32 MiB
  EXPECT_EQ(call->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  call = clients_.Acquire("s");
  const auto ack = Send(call.get(), OneBin(2));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->decoded_until_ns(), 2 * kWidth);
}

TEST_F(ChunkLimits, EmptyChunkIsAppliedAndDecodesNothing) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  auto ack = Send(call.get(), Quiet(1, 0));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->applied_sequence_number(), 1u);
  EXPECT_EQ(ack->commands_size(), 0);
  EXPECT_EQ(ack->decoded_until_ns(), 0);
  ack = Send(call.get(), Rows(2, 0, 0, kChannels));
  ASSERT_TRUE(ack) << "no row of counts";
  EXPECT_EQ(ack->commands_size(), 0);
  ack = Send(call.get(), OneBin(3));  // until 3 * kWidth, with no bin before it
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->commands_size(), 3);
  EXPECT_EQ(ack->missed_bin_count(), 0u);
}

TEST_F(ChunkLimits, PiecesOfABinDecodeItWhenTheLastOneComesWithEverySpikeOnce) {
  CreateSmall("whole");
  CreateSmall("pieces");
  auto whole = clients_.Acquire("whole", /*return_commands=*/true);
  auto pieces = clients_.Acquire("pieces", /*return_commands=*/true);
  constexpr std::int64_t kPieces = 10;
  std::uint64_t n = 0;
  for (std::int64_t bin = 0; bin < 20; ++bin) {
    v1::AcquisitionChunk all = Quiet(static_cast<std::uint64_t>(bin) + 1, (bin + 1) * kWidth);
    for (std::int64_t piece = 0; piece < kPieces; ++piece) {
      const std::int64_t start_ns = bin * kWidth + piece * kWidth / kPieces;
      v1::AcquisitionChunk chunk = Quiet(++n, start_ns + kWidth / kPieces);
      for (v1::AcquisitionChunk* to : {&all, &chunk}) {
        to->mutable_spike_events()->add_channel(static_cast<std::uint32_t>((bin + piece) % 3));
        to->mutable_spike_events()->add_time_ns(start_ns);
      }
      const auto ack = Send(pieces.get(), chunk);
      ASSERT_TRUE(ack);
      ASSERT_EQ(ack->commands_size(), piece == kPieces - 1 ? 1 : 0);
      if (ack->commands_size() == 0) continue;
      const auto expected = Send(whole.get(), all);
      ASSERT_TRUE(expected);
      EXPECT_EQ(ack->commands(0).SerializeAsString(), expected->commands(0).SerializeAsString());
    }
  }
  EXPECT_EQ(clients_.Get("pieces")->statistics().late_event_count(), 0u);
}

}  // namespace
}  // namespace efferent::test

// Clients that write and never read. The server's memory is bounded, and nobody else notices.
#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/process_view.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

/// 64 bins without a spike, chunk `n`.
v1::AcquisitionChunk LongChunk(std::uint64_t n) {
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(n);
  chunk.set_complete_until_ns(static_cast<std::int64_t>(n) * 64 * kWidth);
  return chunk;
}

class SilentReaders : public testing::Test {
 protected:
  std::int64_t Resident() { return LookAtProcess(server_.process_id()).resident_bytes; }
  void ExpectGrownLessThan(std::int64_t most_bytes, std::int64_t before) {
    const std::int64_t grown = Resident() - before;
    std::printf("the server's memory grew by %.1f MB\n", 1e-6 * static_cast<double>(grown));
    if (!ProgramsAreSanitized()) {
      EXPECT_LT(grown, most_bytes);
    }
  }
  /// Another session decodes, with a command in each acknowledgement.
  void ExpectOthersServed() {
    ASSERT_TRUE(clients_.Create("other", SmallConfig()).ok());
    auto call = clients_.Acquire("other", /*return_commands=*/true);
    for (std::uint64_t n = 1; n <= 100; ++n) {
      const auto ack = Send(call.get(), OneBin(n));
      ASSERT_TRUE(ack);
      ASSERT_EQ(ack->commands_size(), 1);
    }
    ASSERT_TRUE(clients_.End("other").ok());
  }

  RunningServer server_;
  Clients clients_{server_.address()};
};

TEST_F(SilentReaders, SourceThatReadsNoAcknowledgementIsReadNoFurtherAndItsArmStopped) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_watchdog()->set_hold_after_ns(500'000'000);
  config.mutable_watchdog()->set_stop_after_ns(1'000'000'000);
  config.mutable_timing()->set_real_time(true);
  ASSERT_TRUE(clients_.Create("s", config).ok());
  auto arm = clients_.Arm("s");
  const std::int64_t before = Resident();

  Clients source(server_.address());
  auto call = source.Acquire("s", /*return_commands=*/true);
  constexpr std::uint64_t kBeyond = 1'000'000;  // chunks, 4 GB of acknowledgements
  std::atomic<std::uint64_t> num_written = 0;
  std::thread writer([&] {
    v1::StreamAcquisitionRequest request;
    while (num_written < kBeyond) {
      *request.mutable_chunk() = LongChunk(num_written + 1);
      if (!call->Write(request)) return;
      ++num_written;
    }
  });
  // Not taking an acknowledgement holds the source up; nothing that it sends is decoded any more.
  const auto stopped = ReadUntil(arm.get(), [](const v1::Command& command) {
    return command.status() == v1::COMMAND_STATUS_STOPPED;
  });
  EXPECT_TRUE(stopped);
  // HTTP/2's windows grow to some megabytes on a fast path.
  ExpectGrownLessThan(48 << 20, before);
  ExpectOthersServed();
  const v1::Session stuck = clients_.Get("s").value();
  EXPECT_TRUE(stuck.acquisition_attached());
  EXPECT_LT(stuck.applied_sequence_number(), kBeyond);

  // Its successor does not wait for it.
  auto successor = clients_.Acquire("s", /*return_commands=*/true);
  const auto ack = Send(successor.get(), LongChunk(stuck.applied_sequence_number() + 1));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->commands_size(), 64);
  EXPECT_EQ(ack->duplicate_chunk_count(), 0u);
  EXPECT_EQ(ack->missing_chunk_count(), 0u);
  call->Cancel();
  writer.join();
  EXPECT_LT(num_written, kBeyond) << "the transport holds it up";
}

TEST_F(SilentReaders, ArmAndWatcherThatNeverReadMissCommandsAndCostNoMemory) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  Clients silent(server_.address());
  auto arm = silent.Arm("s");
  auto watch = silent.Watch("s");
  ASSERT_TRUE(watch->Read());
  auto source = clients_.Acquire("s");
  ASSERT_TRUE(Send(source.get(), LongChunk(1)));
  const std::int64_t before = Resident();
  // What would be 10 MB of commands to each.
  constexpr std::uint64_t kChunks = 2'500;
  for (std::uint64_t n = 2; n <= kChunks; ++n) ASSERT_TRUE(Send(source.get(), LongChunk(n)));
  ExpectGrownLessThan(4 << 20, before);
  const v1::Session session = clients_.Get("s").value();
  EXPECT_EQ(session.statistics().decoded_bin_count(), kChunks * 64);
  EXPECT_GT(session.statistics().skipped_command_count(), 0u);
  EXPECT_TRUE(session.arm_attached());
  ExpectOthersServed();
  // Whoever reads at last comes to the latest.
  EXPECT_TRUE(ReadUntil(
      arm.get(), [](const auto& command) { return command.bin_index() == kChunks * 64 - 1; }));
  while (const auto news = watch->Read()) {
    if (news->command().bin_index() == kChunks * 64 - 1) break;
  }
  watch->Cancel();
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

}  // namespace
}  // namespace efferent::test

// The source's clock jumps: forward is a gap, as far as that is allowed, backward is refused, and the ends
// of time hold.
#include <limits>
#include <string>

#include "server/loop/chunk.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Fields = std::vector<std::string>;

constexpr std::int64_t kHours = 3'600'000'000'000;
constexpr std::int64_t kJump = 5 * kHours;
constexpr std::int64_t kTenYears = kMaxSessionTimeNs;

class ClockJump : public ServiceTest {
 protected:
  void SetUp() override {
    v1::SessionConfig config = SmallConfig();
    config.mutable_timing()->set_max_gap_ns(kTenYears);
    ASSERT_TRUE(clients_.Create("s", config).ok());
    call_ = clients_.Acquire("s", /*return_commands=*/true);
    ASSERT_TRUE(Send(call_.get(), OneBin(1)));
  }
  /// One bin that ends at `until_ns`, with a spike, as chunk `n`.
  static v1::AcquisitionChunk Bin(std::uint64_t n, std::int64_t until_ns) {
    v1::AcquisitionChunk chunk = OneBin(n);
    chunk.set_complete_until_ns(until_ns);
    chunk.mutable_spike_events()->set_time_ns(0, until_ns - kWidth / 2);
    return chunk;
  }
  static v1::AcquisitionChunk Counts(std::uint64_t n, std::int64_t until_ns) {
    v1::AcquisitionChunk chunk = OneBin(n);
    chunk.set_complete_until_ns(until_ns);
    v1::SpikeCounts* counts = chunk.mutable_spike_counts();
    counts->set_start_time_ns(until_ns - kWidth);
    counts->set_bin_width_ns(kWidth);
    counts->mutable_counts()->Resize(kChannels, 1.0f);
    return chunk;
  }
  void ExpectGap(const v1::AcquisitionChunk& chunk, std::uint64_t missed_bins) {
    const auto ack = Send(call_.get(), chunk);
    ASSERT_TRUE(ack) << call_->Finish().error_message();
    ASSERT_EQ(ack->commands_size(), 1);
    EXPECT_EQ(ack->commands(0).status(), v1::COMMAND_STATUS_DECODED);
    EXPECT_EQ(ack->commands(0).bin_stop_time_ns(), chunk.complete_until_ns());
    EXPECT_EQ(ack->missed_bin_count(), missed_bins);
    EXPECT_EQ(ack->late_event_count(), 0u);
    EXPECT_EQ(ack->decoded_until_ns(), chunk.complete_until_ns());
  }
  /// What is refused ends the stream, and nothing else: the next one goes on.
  void ExpectRefused(const v1::AcquisitionChunk& chunk, const std::string& field) {
    const auto before = clients_.Get("s");
    EXPECT_FALSE(Send(call_.get(), chunk));
    const grpc::Status status = call_->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ViolatedFields(status), Fields{field}) << status.error_message();
    call_ = clients_.Acquire("s", /*return_commands=*/true);
    const auto after = clients_.Get("s");
    EXPECT_EQ(after->applied_sequence_number(), before->applied_sequence_number());
    EXPECT_EQ(after->decoded_until_ns(), before->decoded_until_ns());
  }

  std::unique_ptr<AcquisitionCall> call_;
};

TEST_F(ClockJump, OfHoursForwardIsAGapOfCountsAndDecodingGoesOn) {
  ExpectGap(Counts(2, kJump), static_cast<std::uint64_t>(kJump / kWidth) - 2);
  ExpectGap(Counts(3, kJump + kWidth), static_cast<std::uint64_t>(kJump / kWidth) - 2);
}

TEST_F(ClockJump, OfHoursForwardWithEventsNeedsANumberLeftOut) {
  ExpectRefused(Bin(2, kJump), "chunk.complete_until_ns");
  ExpectGap(Bin(3, kJump), static_cast<std::uint64_t>(kJump / kWidth) - 2);
  ExpectGap(Bin(4, kJump + kWidth), static_cast<std::uint64_t>(kJump / kWidth) - 2);
  EXPECT_EQ(clients_.Get("s")->statistics().missing_chunk_count(), 1u);
}

TEST_F(ClockJump, BackwardIsRefusedWithTheFieldHoweverFar) {
  ExpectGap(Bin(3, kJump), static_cast<std::uint64_t>(kJump / kWidth) - 2);
  ExpectRefused(Bin(4, kJump - 1), "chunk.complete_until_ns");
  ExpectRefused(Bin(4, 2 * kWidth), "chunk.complete_until_ns");
  ExpectRefused(Counts(4, kJump), "chunk.spike_counts.start_time_ns");
  ExpectGap(Bin(4, kJump + kWidth), static_cast<std::uint64_t>(kJump / kWidth) - 2);
}

TEST_F(ClockJump, ToTheEndOfTimeIsTakenAndThereItEnds) {
  ASSERT_EQ(kTenYears % kWidth, 0);
  ExpectGap(Bin(3, kTenYears), static_cast<std::uint64_t>(kTenYears / kWidth) - 2);
  ExpectRefused(Bin(4, kTenYears + 1), "chunk.complete_until_ns");
  ExpectRefused(Counts(4, kTenYears + 2 * kWidth), "chunk.complete_until_ns");
  const auto ack = Send(call_.get(), [] {
    v1::AcquisitionChunk nothing;
    nothing.set_sequence_number(4);
    nothing.set_complete_until_ns(kTenYears);
    return nothing;
  }());
  ASSERT_TRUE(ack) << "the last moment may be said again";
  EXPECT_EQ(ack->commands_size(), 0);
}

TEST_F(ClockJump, BeforeTheSessionIsRefused) {
  v1::AcquisitionChunk before;
  before.set_sequence_number(2);
  before.set_complete_until_ns(-1);
  ExpectRefused(before, "chunk.complete_until_ns");
  before.set_complete_until_ns(std::numeric_limits<std::int64_t>::min());
  ExpectRefused(before, "chunk.complete_until_ns");
  v1::AcquisitionChunk counts = Counts(2, kWidth);
  counts.mutable_spike_counts()->set_start_time_ns(-kWidth);
  ExpectRefused(counts, "chunk.spike_counts.start_time_ns");
}

/// What one wrong number does to a session with the default bounds.
class WrongNumber : public ServiceTest {
 protected:
  static constexpr std::int64_t kThreeYears = 3 * 365 * 24 * kHours;

  void SetUp() override {
    CreateSmall("s");
    auto call = clients_.Acquire("s");
    ASSERT_TRUE(Send(call.get(), OneBin(1)));
    call->WritesDone();
    ASSERT_TRUE(call->Finish().ok());
  }
  /// The chunk is refused, and the true one after it is decoded.
  void ExpectRefusedAndForgotten(const v1::AcquisitionChunk& wrong, const std::string& field) {
    auto call = clients_.Acquire("s");
    EXPECT_FALSE(Send(call.get(), wrong));
    EXPECT_EQ(ViolatedFields(call->Finish()), Fields{field});
    const std::uint64_t next = clients_.Get("s")->applied_sequence_number() + 1;
    auto again = clients_.Acquire("s", /*return_commands=*/true);
    const auto ack = Send(again.get(), OneBin(next));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->commands_size(), 1);
    EXPECT_EQ(ack->missing_chunk_count(), 0u);
  }
};

TEST_F(WrongNumber, OfAChunkIsRefused) {
  v1::AcquisitionChunk wrong = OneBin(2);
  wrong.set_sequence_number(std::numeric_limits<std::uint64_t>::max());
  ExpectRefusedAndForgotten(wrong, "chunk.sequence_number");
}

TEST_F(WrongNumber, OfItsTimeIsRefused) {
  v1::AcquisitionChunk wrong = OneBin(3);
  wrong.set_complete_until_ns(kThreeYears);
  ExpectRefusedAndForgotten(wrong, "chunk.complete_until_ns");
}

TEST_F(WrongNumber, OfAnArmsTimeIsRefusedAndTheTrueOneTaken) {
  auto arm = clients_.Arm("s");
  ASSERT_TRUE(arm->Write(ArmUpdateAt(kThreeYears)));
  EXPECT_EQ(ViolatedFields(arm->Finish()), Fields{"update.state.time_ns"});
  auto again = clients_.Arm("s");
  ASSERT_TRUE(again->Write(ArmUpdateAt(kWidth)));
  auto watch = clients_.Watch("s");
  EXPECT_TRUE(watch->Read());
}

}  // namespace
}  // namespace efferent::test

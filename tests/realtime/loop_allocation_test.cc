#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "decoder/decoder_config.h"
#include "server/journal/session_journal.h"
#include "server/loop/control_loop.h"
#include "server/services/chunk_reader.h"
#include "server/services/message_mapping.h"
#include "tests/realtime/allocation_guard.h"

/// From a chunk's message to its acknowledgement the server takes nothing from the heap, once buffers have
/// grown to the size of what comes. (Parsing and serialising are the libraries'.)
namespace efferent::test {
namespace {

constexpr int kChannels = 96;
constexpr TimeNs kWidthNs = 1'000'000;

/// Takes each command and turns it into its message, as an arm stream does.
class Arm final : public CommandListener {
 public:
  explicit Arm(const CommandMailbox* mailbox) : mailbox_(mailbox) {}
  void OnCommand() noexcept override {
    if (const auto published = mailbox_->TakeNewer(&cursor_)) {
      WriteCommand(*published, 2, cursor_.skipped, &command_);
    }
  }

 private:
  const CommandMailbox* mailbox_;
  CommandCursor cursor_;
  v1::Command command_;
};

SessionShape Shape() {
  SessionShape shape;
  shape.num_channels = kChannels;
  shape.bin_width_ns = kWidthNs;
  return shape;
}

/// Chunk n: bin n - 1, some spikes, a hand on its way.
void Fill(std::uint64_t n, std::mt19937* random, v1::AcquisitionChunk* chunk) {
  const auto stop_ns = static_cast<TimeNs>(n) * kWidthNs;
  chunk->set_sequence_number(n);
  chunk->set_complete_until_ns(stop_ns);
  v1::SpikeEvents* events = chunk->mutable_spike_events();
  events->clear_channel();
  events->clear_time_ns();
  for (int i = 0; i < 20; ++i) {
    events->add_channel((*random)() % kChannels);
    events->add_time_ns(stop_ns - 1 - static_cast<TimeNs>((*random)() % kWidthNs));
  }
  if (chunk->behavior().empty()) chunk->add_behavior();
  v1::BehaviorSample* behavior = chunk->mutable_behavior(0);
  v1::ArmState* state = behavior->mutable_arm_state();
  state->set_time_ns(stop_ns - kWidthNs);
  state->set_engaged(true);
  state->clear_position_m();
  behavior->mutable_target()->clear_position_m();
  for (const double x : {0.01, 0.02}) {
    state->add_position_m(x);
    behavior->mutable_target()->add_position_m(-5.0 * x);
  }
}

/// What the recorder does now and then, on its own time.
void Drain(SessionJournal* journal, std::vector<char>* spare) {
  JournalBuffer::Piece piece;
  piece.bytes.swap(*spare);
  if (journal->buffer().Take(&piece)) {
    journal->GiveBackStates(journal->VisitStates(piece.number, [](const SavedState&) {}));
    journal->SetDurable(piece.last_sequence_number);
  }
  piece.bytes.clear();
  spare->swap(piece.bytes);
}

/// `recorded`: with a journal, checkpoints among them.
void ExpectNoAllocation(bool recorded) {
  StepParams params;
  params.num_channels = kChannels;
  params.bin_width_ns = kWidthNs;
  CommandMailbox mailbox;
  BehaviorInbox inbox;
  StageLatencies latencies;
  std::int64_t now_ns = 0;
  const auto arm = std::make_shared<Arm>(&mailbox);
  mailbox.Subscribe(arm, /*first=*/true);
  const auto make = [] { return MakeDecoder(SnnParams(), {kChannels, 2, kWidthNs}); };
  JournalParams journal_params;
  journal_params.checkpoint_bins = 100;
  SessionJournal journal(
      {"s", 1}, journal_params, {}, [] {}, [] {});
  std::vector<char> spare;
  spare.reserve(journal.buffer().capacity());
  ControlLoop loop(
      LoopState(std::make_unique<Step>(params, make())),
      TimingParams{.real_time = true, .deadline_ns = kWidthNs}, &mailbox, &inbox, &latencies,
      [&now_ns] { return now_ns; }, recorded ? &journal : nullptr);
  DecoderChange change;
  change.kind = DecoderChange::Kind::kAddShadow;
  change.learner = loop.MakeLearner(make());
  ASSERT_TRUE(loop.Change(std::move(change)));

  std::mt19937 random(5);
  v1::AcquisitionChunk message;
  v1::AcquisitionAck ack;
  Chunk chunk;
  ChunkPlan plan;
  std::vector<PublishedCommand> published;
  for (std::uint64_t n = 1; n <= 500; ++n) {
    // Every tenth number is left out: gaps are kept too.
    Fill(n + n / 10, &random, &message);
    now_ns = message.complete_until_ns();
    AllocationGuard guard;
    ASSERT_FALSE(ReadChunk(message, Shape(), ChunkLimits(), &chunk));
    ASSERT_FALSE(loop.Admit(chunk, &plan));
    published.clear();
    loop.Apply(chunk, plan, now_ns, &published);
    const LoopStatus status = loop.status();
    ack.set_applied_sequence_number(status.applied_sequence_number);
    ack.clear_commands();
    for (const PublishedCommand& command : published) {
      WriteCommand(command, 2, 0, ack.add_commands());
    }
    loop.Conclude();
    const std::uint64_t allocations = guard.num_allocations();
    if (n % 50 == 0) Drain(&journal, &spare);
    // The first state that is saved makes room for those to come.
    const bool grown = n > (recorded ? 150 : 10);
    // Whoever visits a state has two buffers for the path of its fields.
    const std::uint64_t permitted = recorded && n % 100 == 0 ? 2 : 0;
    ASSERT_LE(grown ? allocations : 0u, permitted) << "chunk " << n;
  }
  EXPECT_EQ(loop.status().decoded_bin_count, 500u);
  EXPECT_EQ(loop.status().missing_chunk_count, 50u);
  EXPECT_EQ(loop.status().learned_bin_count, 500u);
  EXPECT_EQ(loop.status().shadows[0].learned_bin_count, 500u);
  EXPECT_EQ(journal.durable_sequence_number(), recorded ? 550u : 0u);
}

TEST(NoAllocationInTheLoop, FromMessageToAcknowledgement) { ExpectNoAllocation(false); }

TEST(NoAllocationInTheLoop, FromMessageToJournalAndCheckpoint) { ExpectNoAllocation(true); }

}  // namespace
}  // namespace efferent::test

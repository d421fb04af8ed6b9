// A session's journal between the threads that fill it and the recorder's.
#include "server/journal/session_journal.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "decoder/decoder_config.h"
#include "server/loop/loop_state.h"

namespace efferent::test {
namespace {

LoopState SmallState() {
  StepParams params;
  params.num_channels = 2;
  params.bin_width_ns = 10'000'000;
  return LoopState(std::make_unique<Step>(params, MakeDecoder(RlsParams(), {2, 2, 10'000'000})));
}

/// Takes what there is until it is told to stop and nothing is left, as the recorder does, and counts.
class Taker {
 public:
  explicit Taker(SessionJournal* journal) : journal_(journal) {
    spare_.reserve(journal->buffer().capacity());
  }
  void RunUntil(const std::atomic<bool>& stop) {
    while (true) {
      const bool last = stop;
      if (!TakeOne() && last) return;
    }
  }
  std::uint64_t num_put = 0;  ///< Records, by everybody.
  std::uint64_t num_records = 0, num_chunks = 0, num_lost = 0, num_states = 0;
  bool in_order = true;

 private:
  bool TakeOne() {
    JournalBuffer::Piece piece;
    piece.bytes.swap(spare_);
    const bool any = journal_->buffer().Take(&piece);
    if (any) {
      Count(piece.bytes);
      const std::size_t states = journal_->VisitStates(piece.number, [](const SavedState&) {});
      num_states += states;
      journal_->GiveBackStates(states);
      journal_->SetDurable(piece.last_sequence_number);
    }
    piece.bytes.clear();
    spare_.swap(piece.bytes);
    return any;
  }
  void Count(const std::vector<char>& bytes) {
    RecordCursor cursor({bytes.data(), bytes.size()});
    while (const auto record = cursor.Next()) {
      num_records += !std::holds_alternative<Gap>(record->what);
      if (const auto* chunk = std::get_if<AppliedChunk>(&record->what)) {
        in_order &= chunk->chunk.sequence_number > last_;
        last_ = chunk->chunk.sequence_number;
        ++num_chunks;
      } else if (const auto* gap = std::get_if<Gap>(&record->what)) {
        num_lost += gap->num_records;
      }
    }
  }

  SessionJournal* journal_;
  std::vector<char> spare_;
  std::uint64_t last_ = 0;
};

/// Loop, arm stream and recorder at once.
Taker RunAll(SessionJournal* journal, std::uint64_t num_chunks, std::uint64_t num_updates) {
  std::atomic<bool> stop = false;
  Taker taker(journal);
  std::thread recorder([&] { taker.RunUntil(stop); });
  std::thread arm([&] {
    for (std::uint64_t i = 0; i < num_updates; ++i) journal->OnArmUpdate(std::string(40, 'a'));
  });
  std::thread asker([&] {
    for (int i = 0; i < 20; ++i) journal->RequestCheckpoint("asked for");
  });
  const LoopState state = SmallState();
  std::uint64_t num_checkpoints = 0;
  Chunk chunk;
  ChunkRecord record;
  record.bins.resize(1);
  for (std::uint64_t n = 1; n <= num_chunks; ++n) {
    chunk.sequence_number = n;
    journal->OnChunk(chunk, record);
    journal->OnLearnt({});
    if (!journal->WantsCheckpoint()) continue;
    journal->OnCheckpoint(state);
    ++num_checkpoints;
  }
  arm.join();
  asker.join();
  stop = true;
  recorder.join();
  taker.num_put = 2 * num_chunks + num_updates + num_checkpoints;
  return taker;
}

TEST(SessionJournal, WhatIsWaitedForIsAllTakenOnceAndInOrder) {
  JournalParams params;
  params.buffer_bytes = 64 << 10;
  params.checkpoint_bins = 100;
  params.waits = true;
  SessionJournal journal(
      {"s", 1}, params, {}, [] {}, [] {});
  std::atomic<bool> told = false;
  journal.WhenDurable(5'000, [&] { told = true; });
  const Taker taken = RunAll(&journal, 5'000, 0);
  EXPECT_EQ(taken.num_chunks, 5'000u);
  EXPECT_TRUE(taken.in_order);
  EXPECT_EQ(taken.num_lost, 0u);
  EXPECT_GT(taken.num_states, 0u);
  EXPECT_EQ(journal.durable_sequence_number(), 5'000u);
  EXPECT_TRUE(told);
}

TEST(SessionJournal, WhatDoesNotFitIsCountedAndNothingElseIsLost) {
  JournalParams params;
  params.buffer_bytes = 8 << 10;
  SessionJournal journal(
      {"s", 1}, params, {}, [] {}, [] {});
  const Taker taken = RunAll(&journal, 20'000, 5'000);
  EXPECT_TRUE(taken.in_order);
  EXPECT_EQ(taken.num_records + journal.num_lost_records(), taken.num_put);
  // The last gap is told with the next record, which may not have come.
  EXPECT_LE(taken.num_lost, journal.num_lost_records());
}

}  // namespace
}  // namespace efferent::test

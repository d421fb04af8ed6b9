// What the control loop promises, seen from one thread.
#include "server/loop/control_loop.h"

#include <string>

#include "tests/concurrency/loop_fixture.h"

namespace efferent::test {
namespace {

using Lines = std::vector<std::string>;

/// Writes into the diary when a command is published.
class DiaryListener final : public CommandListener {
 public:
  explicit DiaryListener(std::shared_ptr<Diary> diary) : diary_(std::move(diary)) {}
  void OnCommand() noexcept override { diary_->Write("command"); }

 private:
  std::shared_ptr<Diary> diary_;
};

/// Writes down what a journal is told.
class DiaryJournal final : public LoopJournal {
 public:
  void OnChunk(const Chunk& chunk, const ChunkRecord&) noexcept override {
    diary->Write("chunk " + std::to_string(chunk.sequence_number));
  }
  void OnLearnt(const LearnRecord&) noexcept override { diary->Write("chunk was learnt"); }
  void OnRest() noexcept override { diary->Write("rest"); }
  bool WantsCheckpoint() const noexcept override { return false; }
  void OnCheckpoint(const LoopState&) noexcept override {}

  std::shared_ptr<Diary> diary;
};

TEST(ControlLoop, CommandLeavesBeforeItsBinIsLearnt) {
  LoopFixture f;
  f.mailbox.Subscribe(std::make_shared<DiaryListener>(f.diary), true);
  ASSERT_TRUE(f.inbox.Put(LoopFixture::State(7), {}));
  const Chunk chunk = LoopFixture::Events(1, 2);
  f.Apply(chunk);
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "command", "learn 7", "decode", "command"}));
  f.loop->Conclude();
  EXPECT_EQ(f.diary->lines().back(), "learn 7");
  EXPECT_EQ(f.loop->status().learned_bin_count, 2u);
}

TEST(ControlLoop, WhatAKilledServerHadNotLearntIsLearntBeforeTheNextBin) {
  LoopFixture f;
  f.Apply(LoopFixture::Events(1, 1));
  f.Apply(LoopFixture::Events(2, 2));
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn nothing", "decode"}));
}

TEST(ControlLoop, JournalIsToldAfterTheCommandsAndBeforeTheReply) {
  DiaryJournal journal;
  LoopFixture f(1e6, {}, {.real_time = false}, &journal);
  journal.diary = f.diary;
  f.mailbox.Subscribe(std::make_shared<DiaryListener>(f.diary), true);
  const Chunk chunk = LoopFixture::Events(1, 1);
  f.Apply(chunk);
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "command", "chunk 1"}));
  f.loop->Conclude();
  EXPECT_EQ(f.diary->lines(),
            (Lines{"decode", "command", "chunk 1", "learn nothing", "chunk was learnt", "rest"}));
}

TEST(ControlLoop, BinIsLearntOnce) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  f.loop->Conclude();
  f.Handle(LoopFixture::Events(2, 1.5));  // completes none
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn nothing"}));
}

TEST(ControlLoop, LabelIsOfTheStateThatWasLatestWhenTheBinWasDecoded) {
  LoopFixture f;
  ASSERT_TRUE(f.inbox.Put(LoopFixture::State(1), {}));
  const Chunk chunk = LoopFixture::Events(1, 1);
  f.Apply(chunk);
  ASSERT_TRUE(f.inbox.Put(LoopFixture::State(2), {}));
  f.loop->Conclude();
  EXPECT_EQ(f.diary->lines().back(), "learn 1");
}

TEST(ControlLoop, ReplayedBehaviorComesBeforeTheArmsState) {
  LoopFixture f;
  ASSERT_TRUE(f.inbox.Put(LoopFixture::State(1), {}));
  Chunk chunk = LoopFixture::Events(1, 2);
  chunk.behavior = {LoopFixture::State(3, 0.5), LoopFixture::State(4, 1.5)};
  f.Handle(chunk);
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn 3", "decode", "learn 4"}));
}

TEST(ControlLoop, CommandCarriesItsBinAndTheClientsTime) {
  LoopFixture f;
  Chunk chunk = LoopFixture::Events(1, 2, {0.5, 1.2, 1.8});
  chunk.client_send_time_ns = 99;
  const auto published = f.Handle(chunk);
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(published[1].command.bin_index, 1u);
  EXPECT_EQ(published[1].command.bin_stop_time_ns, LoopFixture::Bins(2));
  EXPECT_EQ(published[1].command.status, CommandStatus::kDecoded);
  EXPECT_EQ(published[1].command.velocity_m_s.x(), 2.0);  // the probe decodes the number of spikes
  EXPECT_EQ(published[1].client_send_time_ns, 99);
}

TEST(ControlLoop, SpikesOfAnOpenBinWaitForTheNextChunk) {
  LoopFixture f;
  EXPECT_EQ(f.Handle(LoopFixture::Events(1, 0.5, {0.2})).size(), 0u);
  const auto published = f.Handle(LoopFixture::Events(2, 1, {0.7}));
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(published[0].command.velocity_m_s.x(), 2.0);
}

TEST(ControlLoop, DuplicateIsIgnoredAndCounted) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  f.Handle(LoopFixture::Events(2, 2));
  EXPECT_TRUE(f.Handle(LoopFixture::Events(1, 1, {0.5})).empty());
  const LoopStatus status = f.loop->status();
  EXPECT_EQ(status.duplicate_chunk_count, 1u);
  EXPECT_EQ(status.applied_sequence_number, 2u);
  EXPECT_EQ(status.decoded_bin_count, 2u);
  EXPECT_EQ(status.late_event_count, 0u);
}

TEST(ControlLoop, LateEventIsCountedNotApplied) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  const auto published = f.Handle(LoopFixture::Events(2, 2, {0.5, 1.5}));
  EXPECT_EQ(published.at(0).command.velocity_m_s.x(), 1.0);
  EXPECT_EQ(f.loop->status().late_event_count, 1u);
}

TEST(ControlLoop, AfterMissingChunksDecodingResumesAtTheEarliestEvent) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  const auto published = f.Handle(LoopFixture::Events(5, 8, {7.5, 6.5}));
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(published[0].command.bin_index, 6u);
  EXPECT_EQ(f.loop->status().missing_chunk_count, 3u);
  EXPECT_EQ(f.loop->status().missed_bin_count, 5u);
}

TEST(ControlLoop, AfterMissingChunksASilentChunkIsItsLastBin) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  const auto published = f.Handle(LoopFixture::Events(3, 1'000'000));
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(published[0].command.bin_index, 999'999u);
  EXPECT_EQ(f.loop->status().missed_bin_count, 999'998u);
}

TEST(ControlLoop, StragglerAfterMissingChunksDoesNotMakeTheChunkTooLong) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  const auto published = f.Handle(LoopFixture::Events(3, 1'000.5, {1.5, 999.5}));
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(f.loop->status().late_event_count, 1u);
}

TEST(ControlLoop, CountsThatStartLaterCountTheMissedBins) {
  LoopFixture f;
  f.Handle(LoopFixture::Counts(1, 0, 2, 1.0f));
  const auto published = f.Handle(LoopFixture::Counts(2, 100, 3, 5.0f));
  ASSERT_EQ(published.size(), 3u);
  EXPECT_EQ(published[0].command.bin_index, 100u);
  EXPECT_EQ(published[2].command.velocity_m_s.x(), 5.0);
  EXPECT_EQ(f.loop->status().missed_bin_count, 98u);
  EXPECT_EQ(f.loop->status().decoded_until_ns, LoopFixture::Bins(103));
}

TEST(ControlLoop, RefusesTimeThatGoesBackwards) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 5));
  ASSERT_TRUE(f.Admit(LoopFixture::Events(2, 4.9)));
  EXPECT_EQ(f.Admit(LoopFixture::Events(2, 4.9))->field, "chunk.complete_until_ns");
  EXPECT_EQ(f.Admit(LoopFixture::Counts(2, 4, 2, 1.0f))->field, "chunk.spike_counts.start_time_ns");
  EXPECT_FALSE(f.Admit(LoopFixture::Events(2, 5)));
}

TEST(ControlLoop, RefusesAChunkOfMoreThan64Bins) {
  LoopFixture f;
  EXPECT_FALSE(f.Admit(LoopFixture::Events(1, 64)));
  EXPECT_EQ(f.Admit(LoopFixture::Events(1, 64.1)).value().field, "chunk.complete_until_ns");
}

TEST(ControlLoop, LongestChunkWithAnOpenBinKeepsEverySpike) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 0.5));
  const auto published = f.Handle(LoopFixture::Events(2, 64, {63.9}));
  ASSERT_EQ(published.size(), 64u);
  EXPECT_EQ(published.back().command.velocity_m_s.x(), 1.0);
}

TEST(ControlLoop, RefusesBehaviorThatDoesNotMatchTheBins) {
  LoopFixture f;
  Chunk chunk = LoopFixture::Events(1, 2);
  chunk.behavior = {LoopFixture::State(1, 0.5)};
  EXPECT_EQ(f.Admit(chunk).value().field, "chunk.behavior");
  chunk.behavior = {LoopFixture::State(1, 0.5), LoopFixture::State(1, 2.0)};
  EXPECT_EQ(f.Admit(chunk).value().field, "chunk.behavior[1].arm_state.time_ns");
}

TEST(ControlLoop, TrialStartsBeforeTheFirstBinAtOrAfterIt) {
  LoopFixture f;
  Chunk chunk = LoopFixture::Events(1, 3);
  chunk.trial_boundaries = {{LoopFixture::Bins(1), TrialBoundary::Kind::kStart},
                            {LoopFixture::Bins(1.5), TrialBoundary::Kind::kStart}};
  f.Handle(chunk);
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn nothing", "reset", "decode", "learn nothing",
                                     "reset", "decode", "learn nothing"}));
}

TEST(ControlLoop, BoundariesFromTheArmWaitForTheirTime) {
  LoopFixture f;
  const std::vector<TrialBoundary> start = {{LoopFixture::Bins(2), TrialBoundary::Kind::kStart}};
  ASSERT_TRUE(f.inbox.Put(LoopFixture::State(1), start));
  f.Handle(LoopFixture::Events(1, 2));
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn 1", "decode", "learn 1"}));
  f.Handle(LoopFixture::Events(2, 3));
  EXPECT_EQ(f.diary->lines(),
            (Lines{"decode", "learn 1", "decode", "learn 1", "reset", "decode", "learn 1"}));
}

TEST(ControlLoop, FreezingTakesEffectFromTheNextBinOn) {
  LoopFixture f;
  const Chunk chunk = LoopFixture::Events(1, 1);
  f.Apply(chunk);
  f.loop->SetLearning(false);
  EXPECT_FALSE(f.loop->status().learning_enabled);
  f.loop->Conclude();  // of the bin that was decoded before
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn nothing"}));
  f.Handle(LoopFixture::Events(2, 2));
  EXPECT_EQ(f.diary->lines(), (Lines{"decode", "learn nothing", "decode"}));
  EXPECT_FALSE(f.loop->status().learning_enabled);
}

TEST(ControlLoop, AfterAStopTheArmAcceleratesFromRest) {
  LoopFixture f(/*max_acceleration_m_s2=*/100.0);  // 1 m/s a bin
  f.Handle(LoopFixture::Events(1, 3, {0.1, 0.2, 0.3, 1.1, 1.2, 1.3, 2.1, 2.2, 2.3}));
  EXPECT_EQ(f.mailbox.last_bin().bin.velocity_m_s.x(), 3.0);
  ASSERT_TRUE(f.mailbox.Stop(0));
  const auto published = f.Handle(LoopFixture::Events(2, 4, {3.1, 3.2, 3.3}));
  EXPECT_EQ(published.at(0).command.velocity_m_s.x(), 1.0);
}

}  // namespace
}  // namespace efferent::test

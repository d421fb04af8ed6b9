#include "server/recording/replay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/recording/next_server.h"
#include "tests/unit/recording/recorded_session.h"

namespace efferent::test {
namespace {

TEST(Resume, SessionGoesOnWithItsNumbersCountsAndDecoders) {
  const ScratchFolder folder;
  v1::Session before;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(50);
    v1::DecoderConfig rls;
    rls.mutable_rls();
    recorded.session().AddShadow("linear", &rls, false);
    recorded.Send(50);
    recorded.session().PromoteShadow("linear");
    recorded.session().SetLearning(false);
    recorded.Send(30);
    before = recorded.session().Describe();
    recorded.Drop();
  }
  NextServer next(folder.path());
  const auto session = next.registry().Find("s");
  ASSERT_TRUE(session);
  const v1::Session after = session->Describe();
  EXPECT_EQ(after.applied_sequence_number(), before.applied_sequence_number());
  EXPECT_EQ(after.decoded_until_ns(), before.decoded_until_ns());
  EXPECT_EQ(after.create_time_unix_ns(), before.create_time_unix_ns());
  EXPECT_FALSE(after.learning_enabled());
  ASSERT_EQ(after.decoders_size(), 2);
  EXPECT_TRUE(after.decoders(0).config().has_rls());
  EXPECT_EQ(after.decoders(1).name(), "linear");
  EXPECT_TRUE(after.decoders(1).config().has_snn());
  EXPECT_FALSE(after.decoder_change_pending());
  const auto &a = after.statistics(), &b = before.statistics();
  EXPECT_EQ(a.decoded_bin_count(), b.decoded_bin_count());
  EXPECT_EQ(a.missed_bin_count(), b.missed_bin_count());
  EXPECT_EQ(a.learned_bin_count(), b.learned_bin_count());
  EXPECT_EQ(a.late_event_count(), b.late_event_count());
  EXPECT_EQ(a.missing_chunk_count(), b.missing_chunk_count());
  EXPECT_EQ(a.late_chunk_count(), b.late_chunk_count());
  EXPECT_EQ(a.duplicate_chunk_count(), b.duplicate_chunk_count());
  EXPECT_EQ(a.mean_squared_error_m2_s2(), b.mean_squared_error_m2_s2());
}

// The next server's part of the journal follows on the first one's: together they are one session.
TEST(Resume, SessionOfTwoServersIsDecodedAgainBitForBit) {
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(120);
    recorded.Drop();
  }
  std::uint64_t applied = 0;
  {
    NextServer next(folder.path());
    const auto session = next.registry().Find("s");
    ASSERT_TRUE(session);
    applied = session->Describe().applied_sequence_number();
    TimeNs until_ns = session->loop().status().decoded_until_ns + 20'000'000;
    for (std::uint64_t n = applied + 1; n <= applied + 100; ++n, until_ns += 10'000'000) {
      Chunk chunk;
      chunk.sequence_number = n;
      chunk.complete_until_ns = until_ns;
      chunk.spikes = {{until_ns - 1, 1}};
      ChunkPlan plan;
      ASSERT_FALSE(session->loop().Admit(chunk, &plan));
      std::vector<PublishedCommand> published;
      session->loop().Apply(chunk, plan, 0, &published);
      session->loop().Conclude();
    }
    next.registry().End("s");
  }
  const auto result = Verify(folder.path());
  EXPECT_EQ(result.first_difference, "");
  EXPECT_GT(result.bin_count, 300u);
  Database database(folder.path() / "efferent.db");
  EXPECT_EQ(RecordingReader(&database).FindSession("s")->last_sequence_number, applied + 100);
}

TEST(Resume, DamagedCheckpointGivesWayToTheOneBefore) {
  const ScratchFolder folder;
  v1::Session before;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(200);
    before = recorded.session().Describe();
    recorded.Drop();
  }
  Database(folder.path() / "efferent.db")
      .Execute(
          "UPDATE checkpoints SET bytes = zeroblob(100) "
          "WHERE number = (SELECT max(number) FROM checkpoints)");
  NextServer next(folder.path());
  const auto session = next.registry().Find("s");
  ASSERT_TRUE(session);
  EXPECT_EQ(session->Statistics().learned_bin_count(), before.statistics().learned_bin_count());
  EXPECT_EQ(session->Statistics().mean_squared_error_m2_s2(),
            before.statistics().mean_squared_error_m2_s2());
}

TEST(Resume, SessionThatCannotGoOnIsLostAndKeepsItsRecord) {
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(20);
    recorded.Drop();
  }
  {
    NextServer next(folder.path(), 1e6,
                    [](const DecoderParams&, const DecoderShape&) -> std::unique_ptr<Decoder> {
                      throw std::runtime_error("no such decoder any more");
                    });
    EXPECT_FALSE(next.registry().Find("s"));
  }
  Database database(folder.path() / "efferent.db");
  const auto session = RecordingReader(&database).FindSession("s");
  EXPECT_EQ(session->end_reason, "lost");
  EXPECT_GT(session->piece_count, 0u);
}

TEST(Resume, SessionThatWasSilentForTooLongIsLost) {
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    recorded.Send(5);
    recorded.Drop();
  }
  EXPECT_FALSE(NextServer(folder.path(), 0.0).registry().Find("s"));
}

}  // namespace
}  // namespace efferent::test

// One wrong number does not end a session: chunks whose number or time jumps too far are refused.
#include <limits>

#include "tests/concurrency/loop_fixture.h"

namespace efferent::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// What is wrong with a chunk, for example `chunk.sequence_number`; empty if nothing is.
std::string FieldRefused(const LoopFixture& f, const Chunk& chunk) {
  const auto wrong = f.Admit(chunk);
  return wrong ? wrong->field : "";
}

TEST(ChunkJumps, LastNumberThereIsIsRefusedByNameAndTheTrueOneIsTaken) {
  LoopFixture f;
  f.Handle(LoopFixture::Events(1, 1));
  const auto wrong = f.Admit(LoopFixture::Events(std::numeric_limits<std::uint64_t>::max(), 2));
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->field, "chunk.sequence_number");
  EXPECT_EQ(wrong->description,
            "is 18446744073709551615 and leaves out 18446744073709551613 numbers after 1, at most "
            "timing.max_missing_chunks (1000000) may be; number chunks one by one");
  EXPECT_EQ(f.Handle(LoopFixture::Events(2, 2)).size(), 1u);
}

TEST(ChunkJumps, AsManyNumbersMayBeLeftOutAsIsSet) {
  LoopFixture f(1e6, {}, {.real_time = false, .max_missing_chunks = 3});
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(5, 1)), "chunk.sequence_number")
      << "the first chunk too";
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(4, 1)), "");
  f.Handle(LoopFixture::Events(4, 1));
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(9, 2)), "chunk.sequence_number");
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(8, 2)), "");
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(1, 1)), "") << "late, and ignored";
}

TEST(ChunkJumps, SessionTimeMayJumpAsFarAsIsSet) {
  LoopFixture f(1e6, {}, {.real_time = false, .max_gap_ns = 100 * kSecond});
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(1, 10'000, 1, 1.0f)), "chunk.complete_until_ns")
      << "the first chunk too: 100.01 s";
  f.Handle(LoopFixture::Counts(1, 9'999, 1, 1.0f));
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(2, 20'000, 1, 1.0f)), "chunk.complete_until_ns");
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(2, 19'999, 1, 1.0f)), "");
}

TEST(ChunkJumps, ThreeYearsAheadAreRefusedByDefault) {
  LoopFixture f;
  constexpr int kThreeYears = 3 * 365 * 24 * 3'600;  // seconds
  f.Handle(LoopFixture::Events(1, 1));
  EXPECT_EQ(FieldRefused(f, LoopFixture::Events(3, 100.0 * kThreeYears)),
            "chunk.complete_until_ns");
}

TEST(ChunkJumps, InRealTimeSessionTimeGoesByTheServersClock) {
  LoopFixture f(1e6, {}, {.real_time = true});
  f.Handle(LoopFixture::Events(1, 1));
  // Default: ten seconds ahead. A bin is 10 ms; the clock stands at 0.
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(2, 1'001, 1, 1.0f)), "chunk.complete_until_ns");
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(2, 1'000, 1, 1.0f)), "");
  f.now_ns = 3'600 * kSecond;
  EXPECT_EQ(FieldRefused(f, LoopFixture::Counts(2, 361'000, 1, 1.0f)), "")
      << "an hour without chunks is an hour of session time";
}

}  // namespace
}  // namespace efferent::test

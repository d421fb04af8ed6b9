#include "server/loop/sequence_ledger.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace efferent::test {
namespace {

using Verdict = SequenceLedger::Verdict;

SequenceLedger After(std::initializer_list<std::uint64_t> numbers) {
  SequenceLedger ledger;
  for (const std::uint64_t number : numbers) ledger.Enter(number);
  return ledger;
}

TEST(SequenceLedger, NumbersInOrderAreNew) {
  const SequenceLedger ledger = After({1, 2, 3});
  EXPECT_EQ(ledger.Judge(4), Verdict::kNew);
  EXPECT_EQ(ledger.MissingBefore(4), 0u);
  EXPECT_EQ(ledger.missing_count(), 0u);
}

TEST(SequenceLedger, NumberThatWasLeftOutIsLateOnceAndThenADuplicate) {
  SequenceLedger ledger = After({1, 5});
  EXPECT_EQ(ledger.missing_count(), 3u);
  EXPECT_EQ(ledger.Judge(3), Verdict::kLate);
  ledger.Enter(3);
  EXPECT_EQ(ledger.late_count(), 1u);
  EXPECT_EQ(ledger.Judge(3), Verdict::kDuplicate);
  ledger.Enter(3);
  EXPECT_EQ(ledger.duplicate_count(), 1u);
  EXPECT_EQ(ledger.Judge(2), Verdict::kLate) << "its neighbours are still missing";
  EXPECT_EQ(ledger.Judge(4), Verdict::kLate);
  EXPECT_EQ(ledger.missing_count(), 3u) << "that a chunk came late does not make it applied";
}

TEST(SequenceLedger, GapIsFilledFromEitherEnd) {
  SequenceLedger ledger = After({4, 1, 3});
  EXPECT_EQ(ledger.Judge(1), Verdict::kDuplicate);
  EXPECT_EQ(ledger.Judge(2), Verdict::kLate);
  EXPECT_EQ(ledger.Judge(3), Verdict::kDuplicate);
  ledger.Enter(2);
  EXPECT_EQ(ledger.Judge(2), Verdict::kDuplicate);
  EXPECT_EQ(ledger.late_count(), 3u);
}

TEST(SequenceLedger, OldestGapIsForgottenFirst) {
  SequenceLedger ledger;
  for (std::uint64_t gap = 0; gap <= SequenceLedger::kMaxGaps; ++gap) ledger.Enter(2 * gap + 2);
  EXPECT_EQ(ledger.Judge(1), Verdict::kDuplicate);
  EXPECT_EQ(ledger.Judge(3), Verdict::kLate);
  EXPECT_EQ(ledger.missing_count(), SequenceLedger::kMaxGaps + 1);
}

}  // namespace
}  // namespace efferent::test

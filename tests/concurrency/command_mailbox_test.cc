#include "server/loop/command_mailbox.h"

#include <gtest/gtest.h>

namespace efferent::test {
namespace {

Command Decoded(std::uint64_t bin, double x) {
  return {bin, static_cast<TimeNs>(bin + 1), CommandStatus::kDecoded, TaskVector(x, 0, 0)};
}

TEST(CommandMailbox, LatestWinsAndSkippedOnesAreCounted) {
  CommandMailbox mailbox;
  CommandCursor cursor;
  EXPECT_FALSE(mailbox.TakeNewer(&cursor));
  for (std::uint64_t bin = 0; bin < 5; ++bin) mailbox.PublishBin(Decoded(bin, 1.0), 0, 0);
  EXPECT_EQ(mailbox.TakeNewer(&cursor)->command.bin_index, 4u);
  EXPECT_EQ(cursor.skipped, 4u);
  EXPECT_FALSE(mailbox.TakeNewer(&cursor));
}

TEST(CommandMailbox, EachReaderHasItsOwnPlace) {
  CommandMailbox mailbox;
  CommandCursor first, second;
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  EXPECT_TRUE(mailbox.TakeNewer(&first));
  mailbox.PublishBin(Decoded(1, 1.0), 0, 0);
  EXPECT_EQ(mailbox.TakeNewer(&first)->command.bin_index, 1u);
  EXPECT_EQ(mailbox.TakeNewer(&second)->command.bin_index, 1u);
  EXPECT_EQ(first.skipped, 0u);
  EXPECT_EQ(second.skipped, 1u);
}

TEST(CommandMailbox, OldSilenceDoesNotOverruleAFreshCommand) {
  CommandMailbox mailbox;
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  const std::uint64_t seen = mailbox.last_bin().number;
  mailbox.PublishBin(Decoded(1, 1.0), 0, 0);
  Command stop = Decoded(0, 0.0);
  stop.status = CommandStatus::kStopped;
  EXPECT_FALSE(mailbox.Overtake(seen, stop, 0));
  CommandCursor cursor;
  EXPECT_EQ(mailbox.TakeNewer(&cursor)->command.status, CommandStatus::kDecoded);
}

TEST(CommandMailbox, BinThatAStopOvertookDoesNotMoveTheArm) {
  CommandMailbox mailbox;
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  EXPECT_FALSE(mailbox.BeginBin());
  ASSERT_TRUE(mailbox.Stop(0));  // while the bin is being decoded
  EXPECT_EQ(mailbox.PublishBin(Decoded(1, 1.0), 0, 0).command.velocity_m_s, TaskVector());
  EXPECT_TRUE(mailbox.BeginBin());  // the next one accelerates from rest
  EXPECT_EQ(mailbox.PublishBin(Decoded(2, 1.0), 0, 0).command.velocity_m_s.x(), 1.0);
}

TEST(CommandMailbox, WithheldBinsStopTheArmOnceAndTheNextOneBeginsFromRest) {
  CommandMailbox mailbox;
  mailbox.PublishBin(Decoded(0, 1.0), 0, 0);
  EXPECT_FALSE(mailbox.BeginBin());
  for (std::uint64_t bin = 1; bin <= 3; ++bin) {
    const PublishedCommand withheld = mailbox.WithholdBin(Decoded(bin, 1.0), 7, 0);
    EXPECT_EQ(withheld.command.status, CommandStatus::kStopped);
    EXPECT_EQ(withheld.command.bin_index, bin);
    EXPECT_EQ(withheld.command.velocity_m_s, TaskVector());
    EXPECT_EQ(withheld.client_send_time_ns, 7);
    EXPECT_TRUE(mailbox.BeginBin()) << "every one of them";
  }
  EXPECT_EQ(mailbox.stopped_count(), 1u);
  CommandCursor cursor;
  EXPECT_EQ(mailbox.TakeNewer(&cursor)->command.bin_index, 1u) << "of the first";
  EXPECT_EQ(cursor.skipped, 1u);
  mailbox.PublishBin(Decoded(4, 1.0), 0, 0);
  EXPECT_EQ(mailbox.TakeNewer(&cursor)->command.velocity_m_s.x(), 1.0);
}

TEST(CommandMailbox, StopsOnce) {
  CommandMailbox mailbox;
  mailbox.PublishBin(Decoded(3, 1.0), 0, 0);
  EXPECT_TRUE(mailbox.Stop(0));
  EXPECT_FALSE(mailbox.Stop(0));
  EXPECT_EQ(mailbox.stopped_count(), 1u);
}

}  // namespace
}  // namespace efferent::test

// Whatever the disk does: sessions go on, the problem is there to be seen, and once the disk takes something
// again the record is whole, or says where it is not.
#include "tests/unit/recording/faulty_disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "tests/unit/recording/recorded_session.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

void Await(const std::function<bool()>& condition) {
  while (!condition()) std::this_thread::yield();
}

class FaultyDiskTest : public testing::TestWithParam<int> {
 protected:
  FaultyDisk disk_;
  ScratchFolder folder_;
};

TEST_P(FaultyDiskTest, WhatFitsIntoTheBuffersIsWrittenWhenTheDiskIsWellAgain) {
  RecordedSession recorded(folder_.path(), SmallSession());
  recorded.Send(60);
  Recorder& recorder = recorded.recorder();
  disk_.FailWith(GetParam());
  // One of either: less than what it waits for, so that it need not be waited for.
  recorded.Send(10);
  Await([&] { return !recorder.status().problem.empty(); });
  EXPECT_THAT(recorder.status().problem, HasSubstr("SQLite"));
  recorded.Send(8);
  EXPECT_GT(recorded.session().Statistics().decoded_bin_count(), 100u) << "it decodes on";
  disk_.FailWith(SQLITE_OK);
  const std::uint64_t applied = recorded.session().Describe().applied_sequence_number();
  Await([&] { return recorded.session().journal()->durable_sequence_number() >= applied; });
  Await([&] { return recorder.status().problem.empty(); });
  recorded.Send(60);
  EXPECT_EQ(recorder.status().lost_record_count, 0u);
  recorded.End();
  const auto result = Verify(folder_.path());
  EXPECT_EQ(result.first_difference, "");
  EXPECT_EQ(result.unknown_bin_count, 0u);
}

INSTANTIATE_TEST_SUITE_P(Codes, FaultyDiskTest,
                         testing::Values(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC));

TEST(FaultyDisk, ThatFailsNowAndThenLosesNothing) {
  FaultyDisk disk;
  const ScratchFolder folder;
  {
    RecordedSession recorded(folder.path(), SmallSession());
    for (int i = 0; i < 5; ++i) {
      recorded.Send(15);
      const int before = disk.num_failures();
      disk.FailWith(SQLITE_IOERR_WRITE);
      recorded.Send(5);
      Await([&] { return disk.num_failures() > before; });
      disk.FailWith(SQLITE_OK);
    }
    recorded.End();
  }
  EXPECT_EQ(Verify(folder.path()).first_difference, "");
  Database database(folder.path() / "efferent.db");
  EXPECT_EQ(Statement(database.handle(),
                      "SELECT count(*) FROM pragma_integrity_check WHERE "
                      "integrity_check = 'ok'")
                .RunForInteger(),
            1);
}

TEST(FaultyDisk, ThatStaysFullCostsWhatDoesNotFitAndTheRecordSaysSo) {
  FaultyDisk disk;
  const ScratchFolder folder;
  RecordedSession recorded(folder.path(), SmallSession());
  recorded.Send(40);
  disk.FailWith(SQLITE_FULL);
  recorded.Send(10);
  Await([&] { return !recorded.recorder().status().problem.empty(); });
  SessionJournal& journal = *recorded.session().journal();
  while (journal.num_lost_records() < 100) journal.OnArmUpdate(std::string(100'000, 'x'));
  disk.FailWith(SQLITE_OK);
  Await([&] { return recorded.recorder().status().problem.empty(); });
  recorded.Send(100);
  recorded.End();
  const auto result = Verify(folder.path());
  EXPECT_THAT(result.first_difference, HasSubstr("records are missing before bin "));
  EXPECT_GT(result.checkpoint_count + result.unknown_bin_count, 0u);
  Database database(folder.path() / "efferent.db");
  const auto session = RecordingReader(&database).FindSession("s");
  EXPECT_GE(session->lost_record_count, 100u);
  EXPECT_FALSE(session->end_reason.empty());
}

}  // namespace
}  // namespace efferent::test

// SQLite drops what comes after the first damaged frame of its write-ahead log without a word.
#include "server/storage/wal_damage.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "server/storage/database.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::uintmax_t kHeader = 32, kFrame = 24 + 4096;  // SQLite's default page

/// A database as a killed server leaves it: ten commits in its log, none in the file.
class KilledDatabase : public testing::Test {
 protected:
  KilledDatabase() {
    const fs::path living = folder_.path() / "living.db";
    Database database(living);
    database.Execute("PRAGMA wal_autocheckpoint = 0");
    database.Execute("CREATE TABLE t (x)");
    for (int i = 0; i < 9; ++i) database.Execute("INSERT INTO t VALUES (1)");
    for (const char* suffix : {"", "-wal", "-shm"}) {
      fs::copy(living.string() + suffix, file_.string() + suffix);
    }
  }
  std::int64_t CountRows() {
    Database database(file_);
    return database.Integer("SELECT count(*) FROM t");
  }
  void Flip(std::uintmax_t at) {
    std::fstream log(file_.string() + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    log.seekg(static_cast<std::streamoff>(at));
    const char byte = static_cast<char>(log.get() ^ 1);
    log.seekp(static_cast<std::streamoff>(at));
    log.put(byte);
  }
  std::uintmax_t LogSize() const { return fs::file_size(file_.string() + "-wal"); }

  const ScratchFolder folder_;
  const fs::path file_ = folder_.path() / "killed.db";
};

TEST_F(KilledDatabase, WholeLogHasLostNothing) {
  EXPECT_EQ(DescribeWalDamage(file_), "");
  EXPECT_EQ(CountRows(), 9);
}

TEST_F(KilledDatabase, LogThatEndsInTheMidstOfAWriteHasLostNothingThatWasCommitted) {
  fs::resize_file(file_.string() + "-wal", LogSize() - kFrame / 2);
  fs::remove(file_.string() +
             "-shm");  // by which the last frame had been written, and has been lost since
  EXPECT_EQ(DescribeWalDamage(file_), "");
  EXPECT_EQ(CountRows(), 8);
}

TEST_F(KilledDatabase, DamagedFrameIsNamedWithWhatItCosts) {
  const std::uintmax_t num_frames = (LogSize() - kHeader) / kFrame;
  // The last commits are of one frame each: the damaged one, and two after it that SQLite drops too.
  Flip(kHeader + (num_frames - 3) * kFrame + 2'000);
  EXPECT_THAT(DescribeWalDamage(file_),
              HasSubstr("killed.db-wal is damaged in frame " + std::to_string(num_frames - 2) +
                        " of " + std::to_string(num_frames) + ": the last 3 writes"));
  EXPECT_EQ(CountRows(), 6);
}

TEST_F(KilledDatabase, LogThatLacksWhatHadBeenWrittenIsNamed) {
  const std::uintmax_t num_frames = (LogSize() - kHeader) / kFrame;
  fs::resize_file(file_.string() + "-wal", LogSize() - 3 * kFrame);
  EXPECT_THAT(DescribeWalDamage(file_),
              HasSubstr("killed.db-wal has " + std::to_string(num_frames - 3) +
                        " whole frames where " + std::to_string(num_frames) + " had been written"));
  EXPECT_EQ(CountRows(), 6);
}

TEST_F(KilledDatabase, EmptyLogIsNamed) {
  fs::resize_file(file_.string() + "-wal", 0);
  EXPECT_THAT(DescribeWalDamage(file_), HasSubstr("killed.db-wal is empty"));
}

TEST_F(KilledDatabase, DamagedLastFrameIsNamed) {
  Flip(LogSize() - 2'000);
  EXPECT_THAT(DescribeWalDamage(file_), HasSubstr("whole frames where"));
  EXPECT_EQ(CountRows(), 8);
}

TEST_F(KilledDatabase, DamagedHeaderIsNamed) {
  Flip(17);
  EXPECT_THAT(DescribeWalDamage(file_), HasSubstr("is damaged at its beginning"));
}

TEST_F(KilledDatabase, LogThatIsGoneIsNamed) {
  fs::remove(file_.string() + "-wal");
  EXPECT_THAT(DescribeWalDamage(file_), HasSubstr("killed.db-wal is missing"));
}

TEST(WalDamage, DatabaseThatWasClosedInGoodOrderHasNone) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "closed.db";
  EXPECT_EQ(DescribeWalDamage(file), "") << "not even there";
  { Database(file).Execute("CREATE TABLE t (x)"); }
  EXPECT_EQ(DescribeWalDamage(file), "");
}

// Frames of earlier rounds lie behind those of the present one.
TEST(WalDamage, LogThatBeganAnewHasNone) {
  const ScratchFolder folder;
  const fs::path file = folder.path() / "again.db";
  Database database(file);
  database.Execute("CREATE TABLE t (x)");
  for (int i = 0; i < 20; ++i) database.Execute("INSERT INTO t VALUES (1)");
  database.Execute("PRAGMA wal_checkpoint(RESTART)");
  database.Execute("INSERT INTO t VALUES (1)");
  EXPECT_EQ(DescribeWalDamage(file), "");
}

}  // namespace
}  // namespace efferent

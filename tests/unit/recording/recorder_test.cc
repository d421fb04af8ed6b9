#include "server/recording/recorder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/loop/loop_state.h"
#include "server/session/session_settings.h"
#include "server/storage/schema.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

constexpr std::int64_t kCreatedNs = 1'700'000'000'000'000'000;

class RecorderTest : public testing::Test {
 protected:
  std::unique_ptr<Recorder> Open(double batch_s = RecorderParams().batch_s) {
    RecorderParams params;
    params.data_dir = folder_;
    params.batch_s = batch_s;
    return std::make_unique<Recorder>(params);
  }
  /// What opening it says; empty: it can be opened.
  std::string ErrorOfOpening() {
    try {
      Open();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  std::int64_t Integer(const std::string& sql) {
    Database database(folder_ / "efferent.db");
    return Statement(database.handle(), sql.c_str()).RunForInteger().value_or(-1);
  }

  static v1::Session MakeSession(const std::string& id) {
    v1::Session session;
    session.set_session_id(id);
    session.mutable_config()->set_subject_code("S01");
    session.set_create_time_unix_ns(kCreatedNs);
    session.mutable_statistics()->set_decoded_bin_count(1);
    return session;
  }

  static SessionSettings SettingsOf(int num_channels) {
    SessionSettings settings;
    settings.shape.num_channels = num_channels;
    settings.shape.bin_width_ns = 20'000'000;
    return settings;
  }

  const ScratchFolder scratch_;
  std::filesystem::path folder_ = scratch_.path();
};

TEST_F(RecorderTest, KeepsSessionsWithWhatHappenedInThem) {
  {
    const auto store = Open();
    v1::Session session = MakeSession("s");
    store->SessionCreated(session);
    store->Record(SessionEventKind::kHeld, "s", "no bin in time");
    session.mutable_statistics()->set_decoded_bin_count(7);
    store->SessionEnded(session, "ended");
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions WHERE session_id = 's' AND subject_code = 'S01' "
                    "AND created_unix_ns = 1700000000000000000 AND end_reason = 'ended' "
                    "AND statistics_json LIKE '%\"decoded_bin_count\":\"7\"%'"),
            1);
  EXPECT_EQ(
      Integer("SELECT count(*) FROM events JOIN sessions ON events.session_row = sessions.row "
              "WHERE kind IN ('created', 'held', 'ended')"),
      3);
  EXPECT_EQ(Integer("SELECT count(*) FROM events"), 3);
}

TEST_F(RecorderTest, ASessionThatEndsWithoutABinLeavesNothing) {
  v1::Session empty = MakeSession("empty");
  empty.clear_statistics();
  {
    const auto store = Open();
    store->SessionCreated(empty);
    store->Record(SessionEventKind::kArmAttached, "empty", "");
    store->SessionEnded(empty, "ended");
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions"), 0);
  EXPECT_EQ(Integer("SELECT count(*) FROM events"), 0);
  {
    const auto store = Open();
    store->SessionCreated(empty);
    store->SessionEnded(empty, "shutdown");
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions"), 1) << "it goes on with the next server";
}

TEST(Retention, IsSaid) {
  RecorderParams params;
  EXPECT_EQ(
      DescribeRetention(params),
      "recordings are kept for ever (server.keep_days, server.keep_gigabytes); a session that "
      "decoded no bin leaves none");
  params.keep_days = 365;
  params.keep_gigabytes = 100;
  EXPECT_EQ(
      DescribeRetention(params),
      "recordings are erased 365 days after they ended (server.keep_days) and, beyond 100 GB, "
      "those that ended first (server.keep_gigabytes); a session that decoded no bin leaves none");
}

TEST_F(RecorderTest, SameIdAgainIsAnotherSession) {
  {
    const auto store = Open();
    for (int i = 0; i < 2; ++i) {
      store->SessionCreated(MakeSession("s"));
      store->Record(SessionEventKind::kFault, "s", "");
      store->SessionEnded(MakeSession("s"), "ended");
    }
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions WHERE end_reason = 'ended'"), 2);
  EXPECT_EQ(Integer("SELECT count(DISTINCT session_row) FROM events WHERE kind = 'fault'"), 2);
}

// At any moment of a batch (while its records are gathered too), and of the session's beginning: of more threads
// than processors some are interrupted in its midst.
TEST_F(RecorderTest, WhateverItIsDoingWhenASessionBeginsTheSessionIsRecorded) {
  constexpr int kThreads = 8, kSessions = 250;
  static_assert(2 * kThreads * kSessions <= Recorder::kCapacity, "what has no room is dropped");
  const SessionSettings settings = SettingsOf(2);
  {
    const auto recorder = Open(1e-5);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&recorder, &settings, thread] {
        for (int i = 0; i < kSessions; ++i) {
          const std::string id = std::to_string(thread) + "-" + std::to_string(i);
          const auto journal = recorder->MakeJournal({id, kCreatedNs}, settings, JournalPosition());
          recorder->SessionCreated(MakeSession(id));
          journal->OnTrialEvents("anything");
          recorder->SessionEnded(MakeSession(id), "ended");
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(Integer("SELECT count(DISTINCT session_row) FROM pieces"), kThreads * kSessions);
}

TEST_F(RecorderTest, SessionOfAServerThatEndedWaitsForTheNextOne) {
  {
    const auto store = Open();
    store->SessionCreated(MakeSession("killed"));
    store->SessionCreated(MakeSession("shut down"));
    store->SessionEnded(MakeSession("shut down"), "shutdown");
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions WHERE ended_unix_ns IS NULL"), 2);
  Open()->SessionLost(1, "its decoder is not known any more");
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions WHERE end_reason = 'lost' AND row = 1"), 1);
  EXPECT_EQ(Integer("SELECT count(*) FROM events WHERE session_row = 1 AND kind = 'lost' AND "
                    "detail = 'its decoder is not known any more'"),
            1);
}

TEST_F(RecorderTest, DatabaseOfVersionOneIsBroughtUpToDateAndKeepsWhatItHas) {
  {
    Database database(folder_ / "efferent.db");
    database.Execute(kSchemaV1);
    database.Execute("PRAGMA user_version = 1");
    database.Execute(
        "INSERT INTO sessions (session_id, subject_code, config_json, created_unix_ns, end_reason) "
        "VALUES ('old', 'S01', '{}', 5, 'ended'), ('running', 'S02', '{}', 6, NULL)");
    database.Execute(
        "INSERT INTO events (session_row, time_unix_ns, kind, detail) "
        "VALUES (1, 7, 'created', '')");
  }
  Open();
  EXPECT_EQ(Integer("PRAGMA user_version"), kSchemaVersion);
  EXPECT_EQ(
      Integer("SELECT count(*) FROM sessions WHERE session_id = 'old' AND created_unix_ns = 5"), 1);
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions WHERE session_id = 'running' AND "
                    "end_reason = 'lost' AND ended_unix_ns IS NOT NULL"),
            1)
      << "one of version 1 cannot go on";
  EXPECT_EQ(Integer("SELECT count(*) FROM events"), 1);
  EXPECT_EQ(Integer("SELECT count(*) FROM pieces"), 0);
  EXPECT_EQ(Integer("PRAGMA auto_vacuum"), 2) << "the file can shrink";
}

TEST_F(RecorderTest, RecordsOfVersionTwoAreRefusedAndLeftAlone) {
  Open();
  {
    Database database(folder_ / "efferent.db");
    database.Execute("PRAGMA user_version = 2");
  }
  EXPECT_EQ(ErrorOfOpening(), "") << "without records it is brought up to date";
  {
    Database database(folder_ / "efferent.db");
    database.Execute(
        "INSERT INTO sessions (session_id, subject_code, config_json, created_unix_ns) "
        "VALUES ('old', 'S01', '{}', 5)");
    database.Execute(
        "INSERT INTO pieces (session_row, number, last_sequence_number, time_unix_ns, size, bytes) "
        "VALUES (1, 1, 1, 6, 1, x'00')");
    database.Execute("PRAGMA user_version = 2");
  }
  EXPECT_NE(ErrorOfOpening().find("use another data directory"), std::string::npos);
  EXPECT_EQ(Integer("PRAGMA user_version"), 2);
}

TEST_F(RecorderTest, NewFileCanShrinkWhenSomethingIsErased) {
  Open();
  EXPECT_EQ(Integer("PRAGMA auto_vacuum"), 2);
}

TEST_F(RecorderTest, DatabaseOfALaterVersionIsRefusedAndLeftAlone) {
  Open();
  const int later = kSchemaVersion + 1;
  {
    Database database(folder_ / "efferent.db");
    database.Execute(("PRAGMA user_version = " + std::to_string(later)).c_str());
  }
  EXPECT_NE(ErrorOfOpening().find("efferent.db is of version " + std::to_string(later)),
            std::string::npos);
  EXPECT_EQ(Integer("PRAGMA user_version"), later);
}

TEST_F(RecorderTest, FileThatIsNoDatabaseIsRefusedByName) {
  std::ofstream(folder_ / "efferent.db") << std::string(4096, 'x');
  const std::string error = ErrorOfOpening();
  EXPECT_NE(error.find((folder_ / "efferent.db").string()), std::string::npos) << error;
  EXPECT_NE(error.find("not a database"), std::string::npos) << error;
}

TEST_F(RecorderTest, FolderThatIsAFileIsRefusedByName) {
  const std::filesystem::path file = folder_ / "file";
  std::ofstream(file) << "";
  folder_ /= "file";
  EXPECT_NE(ErrorOfOpening().find("data directory " + file.string()), std::string::npos);
}

// What it holds is promised memory, which others need.
TEST_F(RecorderTest, JournalOfASessionThatIsNotAdmittedIsLetGoThoughNothingIsWritten) {
  const SessionSettings settings = SettingsOf(2);
  const auto recorder = Open(/*batch_s=*/0.01);
  const auto held = std::make_shared<int>(1);
  recorder->MakeJournal({"s", kCreatedNs}, settings, JournalPosition())->Hold(held);
  while (held.use_count() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_F(RecorderTest, LastSessionThatEndsIsLetGoWithTheBatchThatHasItsEnd) {
  const SessionSettings settings = SettingsOf(2);
  const auto recorder = Open(/*batch_s=*/0.01);
  const auto held = std::make_shared<int>(1);
  {
    const auto journal = recorder->MakeJournal({"s", kCreatedNs}, settings, JournalPosition());
    journal->Hold(held);
    recorder->SessionCreated(MakeSession("s"));
    recorder->SessionEnded(MakeSession("s"), "ended");
  }
  while (held.use_count() > 1) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Whoever creates and ends sessions of one id from many threads brings this about.
TEST_F(RecorderTest, EndThatComesWhenTheNextSessionOfItsIdHasBegunIsThatOfTheFirst) {
  const SessionSettings settings = SettingsOf(2);
  v1::Session first = MakeSession("s"), second = MakeSession("s");
  first.clear_statistics();  // leaves nothing
  second.set_create_time_unix_ns(first.create_time_unix_ns() + 1);
  {
    const auto recorder = Open();
    const auto first_journal =
        recorder->MakeJournal({"s", kCreatedNs}, settings, JournalPosition());
    recorder->SessionCreated(first);
    const auto not_admitted =
        recorder->MakeJournal({"s", kCreatedNs + 2}, settings, JournalPosition());
    const auto journal = recorder->MakeJournal({"s", kCreatedNs + 1}, settings, JournalPosition());
    recorder->SessionCreated(second);
    journal->OnTrialEvents("anything");
    recorder->SessionEnded(first, "ended");
    recorder->Flush();
    journal->OnTrialEvents("anything");
    recorder->Flush();
    EXPECT_EQ(recorder->status().problem, "");
    recorder->SessionEnded(second, "ended");
  }
  EXPECT_EQ(Integer("SELECT count(*) FROM sessions"), 1);
  EXPECT_EQ(
      Integer("SELECT count(*) FROM pieces JOIN sessions ON pieces.session_row = sessions.row "
              "WHERE end_reason = 'ended'"),
      2);
}

// What they have learnt takes long to write. A batch has a share of it, and all of what others bring.
TEST_F(RecorderTest, SessionsThatEndInCrowdsDoNotHoldUpTheOthers) {
  constexpr int kCrowd = 20;
  SessionSettings settings = SettingsOf(64);
  std::get<SnnParams>(settings.decoder).num_neurons = 768;
  const LoopState state(MakeStep(settings, MakeDecoder));  // some 10 MB, a quarter of it random
  const std::string ended = "SELECT count(*) FROM sessions WHERE end_reason = 'ended'";
  {
    const auto recorder = Open(/*batch_s=*/1.0);
    const auto other = recorder->MakeJournal({"other", kCreatedNs}, settings, JournalPosition());
    recorder->SessionCreated(MakeSession("other"));
    std::vector<std::shared_ptr<SessionJournal>> crowd;
    for (int i = 0; i < kCrowd; ++i) {
      const std::string id = std::to_string(i);
      crowd.push_back(recorder->MakeJournal({id, kCreatedNs}, settings, JournalPosition()));
      recorder->SessionCreated(MakeSession(id));
      crowd.back()->OnCheckpoint(state);
      recorder->SessionEnded(MakeSession(id), "ended");
    }
    crowd.clear();
    Chunk chunk;
    chunk.sequence_number = 1;
    other->OnChunk(chunk, ChunkRecord());
    std::promise<std::int64_t> num_ended;
    other->WhenDurable(1, [&] { num_ended.set_value(Integer(ended)); });
    EXPECT_LT(num_ended.get_future().get(), kCrowd);
  }
  EXPECT_EQ(Integer(ended), kCrowd);
  EXPECT_EQ(Integer("SELECT count(*) FROM checkpoints"), kCrowd);
}

// While somebody else holds the database nobody waits; what finds no room is counted, and the
// count is kept.
TEST_F(RecorderTest, WhatFindsNoRoomIsCountedAndTheSumIsRight) {
  constexpr int kEvents = 10'000;
  std::int64_t dropped = 0;
  {
    const auto store = Open();
    {
      Database other(folder_ / "efferent.db");
      other.Execute("BEGIN IMMEDIATE");
      for (int i = 0; i < kEvents; ++i) store->Record(SessionEventKind::kHeld, "s", "");
      dropped = static_cast<std::int64_t>(store->dropped_count());
      other.Execute("ROLLBACK");
    }
  }
  EXPECT_GT(dropped, 0);
  EXPECT_EQ(Integer("SELECT count(*) FROM events WHERE kind = 'held'"), kEvents - dropped);
  EXPECT_EQ(
      Integer("SELECT sum(CAST(detail AS INTEGER)) FROM events WHERE kind = 'events dropped'"),
      dropped);
}

}  // namespace
}  // namespace efferent

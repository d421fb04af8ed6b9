#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "files/packing.h"
#include "server/session/event_sink.h"
#include "server/session/recording_sink.h"
#include "server/storage/data_directory.h"
#include "server/storage/database.h"
#include "server/storage/recordings.h"
#include "server/storage/wal_checkpointer.h"

namespace efferent {

/// Settings of a Recorder.
struct RecorderParams {
  std::filesystem::path data_dir;
  Database::Durability durability = Database::Durability::kProcess;
  double batch_s = 0.075;       ///< Between two batches, at most: what a killed server can lose.
  double buffer_s = 4.0;        ///< That a disk may take nothing, before records are lost.
  double checkpoint_s = 60.0;   ///< Of session time between two checkpoints of a session.
  double keep_days = 0.0;       ///< Sessions that ended longer ago are erased; 0: none.
  double keep_gigabytes = 0.0;  ///< Beyond this much those that ended first are erased; 0: none.
  std::string server_version;
};

/// Which recordings are erased, for people. Whatever the settings, sessions that end without having decoded a bin are
/// not kept.
std::string DescribeRetention(const RecorderParams& params);

/// How recording is going.
struct RecorderStatus {
  std::string problem;  ///< Why nothing is written at present; empty: all is well.
  std::uint64_t written_bytes = 0;
  std::uint64_t batch_count = 0;
  std::uint64_t failed_batch_count = 0;
  std::uint64_t lost_event_count = 0;
  std::uint64_t lost_record_count = 0;
};

/// Keeps what goes through sessions and what happens in them in `efferent.db`, written by its own thread
/// in batches (another one brings the write-ahead log into the file). Whoever has something to record puts it into a bounded buffer and goes on:
///
///   events and changes    a queue of kCapacity
///   records               a buffer for each session (JournalBuffer)
///
/// When those are full (the disk is slower than what comes, or takes nothing) what comes is dropped and
/// counted, and the count is written as soon as there is room; sessions that are not in real time wait
/// instead, as long as the disk takes anything. A batch that cannot be written is tried again and again:
/// what has been written stays readable, and nothing that fits into the buffers is lost. After `kill -9`
/// everything but the last batch is there. Ends of sessions, which may have learnt much, take a share of each batch,
/// so that however many end others are recorded in time.
class Recorder final : public EventSink, public RecordingSink {
 public:
  static constexpr std::size_t kCapacity = 4'096;
  /// Of checkpoints that are periodic, or were made for an export, those are kept of a session that are
  /// among the last so many.
  static constexpr int kPeriodicCheckpoints = 5;

  /// @throws std::runtime_error if the folder cannot be used or the database is of a later version.
  explicit Recorder(const RecorderParams& params);
  /// Writes what there is.
  ~Recorder() override;

  void Record(SessionEventKind kind, std::string_view session_id, std::string_view detail) override;
  void SessionCreated(const v1::Session& session) override;
  void SessionEnded(const v1::Session& session, std::string_view reason) override;
  std::uint64_t dropped_count() const override;

  std::shared_ptr<SessionJournal> MakeJournal(const SessionKey& session,
                                              const SessionSettings& settings,
                                              const JournalPosition& from) override;
  void DecoderChangeAsked(const SessionKey& session, const DecoderChangeNote& note) override;

  /// The session in this row goes on, with the journal that was made for it.
  void SessionResumed(const std::string& session_id, std::int64_t row);
  /// The session in this row does not go on.
  void SessionLost(std::int64_t row, std::string_view why);

  /// Erases a session that has ended: its bytes are overwritten, the file shrinks. Waits until that is done,
  /// which takes a while; recording goes on meanwhile. Erasing what a killed server left half erased goes on
  /// by itself. @throws std::runtime_error if the recorder ends before.
  void Erase(std::int64_t row);

  /// Waits until everything that has been handed over by now is written, or cannot be; at most two seconds.
  void Flush();

  RecorderStatus status() const;
  const std::filesystem::path& database_file() const { return file_; }
  const std::string& server_version() const { return params_.server_version; }

 private:
  struct Entry {
    enum class What { kEvent, kCreated, kResumed, kEnded, kLost, kChange } what = What::kEvent;
    std::int64_t time_unix_ns = 0;
    SessionKey session;  // of an event only the id
    std::string kind;    // of an event; the reason of an end
    std::string detail;  // of an event; JSON of configuration or statistics
    std::string subject_code;
    std::int64_t row = 0;   // with kResumed and kLost
    bool is_empty = false;  // with kEnded: no bin was decoded
    bool waits = false;     // for a later batch; ends only
    std::optional<RecordedChange> change;
  };
  /// A session's journal, and what of it is being written.
  struct Source {
    std::shared_ptr<SessionJournal> journal;
    std::vector<JournalBuffer::Piece> pieces;  // taken, not yet written
    std::vector<char> spare;                   // for the next piece
    std::uint64_t last_written_piece = 0;
    std::size_t num_states = 0;  // written, to be given back once the transaction is committed
    bool is_let_go = false;  // its session was gone when the batch was taken: no event will name it
    // As they will be once the transaction is committed, and as they were.
    struct Standing {
      std::int64_t row = 0;  // 0: its session has not been named yet
      std::uint64_t num_lost_records = 0;
      bool ended = false;
    } now, before;

    bool Take();
  };
  struct Erasure {
    std::int64_t row = 0;
    std::string why;
    std::promise<void> done;
  };
  using Sources = std::vector<std::shared_ptr<Source>>;

  void Put(Entry entry);
  void RunWriter();
  /// Takes what there is. Returns whether there is anything to write.
  bool Gather();
  void WriteBatch();
  /// All but ends for which there is no time in this batch.
  void WriteEntries();
  void AfterCommit();
  /// Forgets sources that have ended, or whose sessions were never admitted.
  void LetGo();
  void SetProblem(const std::string& problem);

  /// A bit of what is to be erased, within the batch's transaction.
  void EraseSome();
  /// Everything of a session but its pieces, likewise.
  void DeleteRows(std::int64_t session_row);
  /// After it. Returns whether there is more to do.
  bool GoOnErasing();
  /// Looks for sessions that are to be erased: half erased ones, and what is not to be kept.
  void LookForErasures();

  void Write(const Entry& entry);
  void WriteEnd(const Entry& entry);
  void WriteChange(std::int64_t session_row, const RecordedChange& change);
  void WriteEvent(std::int64_t session_row, std::int64_t time_unix_ns, std::string_view kind,
                  std::string_view detail);
  void WritePiece(Source* source);
  void WriteState(const Source& source, const SavedState& saved);
  /// Of the latest session of that id whose end has not been written; 0: there is none.
  std::int64_t RowOf(const std::string& session_id) const;
  /// Null if there is none.
  Source* Find(std::int64_t row);

  RecorderParams params_;
  DataDirectory directory_;
  std::filesystem::path file_;
  std::optional<Database> database_;
  std::optional<WalCheckpointer> checkpointer_;
  std::optional<Statement> insert_piece_, add_to_session_;  // run in every batch
  Packer packer_;

  // The writer's alone.
  // Of sessions whose end has not been written: that of one may come when the next one of its id has begun. As with
  // Source::Standing.
  std::map<SessionKey, std::int64_t> rows_, rows_before_;
  std::deque<Entry> batch_;
  std::uint64_t batch_dropped_ = 0;
  Sources writing_;
  std::set<SessionKey> waiting_;  // whose ends wait for the next batch
  bool rows_are_gone_ = false;    // of the first erasure
  std::chrono::steady_clock::time_point look_for_erasures_at_{};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::size_t num_waiting_ = 0;  // ends that an earlier batch had no time for
  Sources sources_;
  std::deque<std::shared_ptr<Erasure>> erasures_;
  RecorderStatus status_;
  std::uint64_t dropped_since_batch_ = 0;
  bool woken_ = false;
  std::atomic<bool> is_due_ = false;  // a batch waits for a loop that rests
  std::condition_variable flushed_;
  std::uint64_t begun_ = 0;  // gatherings
  std::uint64_t done_ = 0;   // the last of them whose yield has been written
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace efferent

#include "server/recording/recorder.h"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <utility>

#include "server/journal/unix_clock.h"
#include "server/session/message_json.h"
#include "server/storage/wal_damage.h"

namespace efferent {
namespace {

constexpr const char* kFileName = "efferent.db";

// Of a session that is erased, between two batches.
constexpr std::int64_t kErasedPieces = 64;
constexpr const char* kVacuumSome = "PRAGMA incremental_vacuum(512)";
constexpr std::chrono::seconds kLookForErasuresEvery{60};
constexpr const char* kErasing = "erasing";

constexpr std::chrono::seconds kLongestFlush{2};
// Of a batch, for what sessions that end have learnt; one is always written.
constexpr std::chrono::milliseconds kLongestForEnds{50};

// A disk that took nothing is tried again after this long.
constexpr std::chrono::milliseconds kRetryAfter{500};

// Any record fits into half of it (4 MiB on the wire).
constexpr std::size_t kLeastBufferBytes = 8 << 20;

/// What a session of this shape brings in a second at most, but for floods.
double BytesPerSecond(const SessionShape& shape) {
  constexpr double kSpikesPerChannel = 125.0, kBytesPerSpike = 6.0, kBytesPerBin = 500.0;
  const double bins = 1e9 / static_cast<double>(shape.bin_width_ns);
  const double per_channel = std::max(kSpikesPerChannel * kBytesPerSpike, sizeof(float) * bins);
  return per_channel * shape.num_channels + kBytesPerBin * bins;
}

std::string_view View(const std::vector<char>& bytes) { return {bytes.data(), bytes.size()}; }

}  // namespace

std::string DescribeRetention(const RecorderParams& params) {
  std::string text;
  if (params.keep_days > 0) {
    text = fmt::format("{} days after they ended (server.keep_days)", params.keep_days);
  }
  if (params.keep_gigabytes > 0) {
    text += fmt::format("{}beyond {} GB, those that ended first (server.keep_gigabytes)",
                        text.empty() ? "" : " and, ", params.keep_gigabytes);
  }
  text =
      text.empty() ? "kept for ever (server.keep_days, server.keep_gigabytes)" : "erased " + text;
  return "recordings are " + text + "; a session that decoded no bin leaves none";
}

Recorder::Recorder(const RecorderParams& params)
    : params_(params), directory_(params.data_dir), file_(directory_.MakeDatabaseFile(kFileName)) {
  if (const std::string damage = DescribeWalDamage(file_); !damage.empty())
    spdlog::error("{}", damage);
  database_.emplace(file_, Database::Access::kWrite, params.durability);
  MigrateSchema(&*database_, file_.string());
  database_->Execute("PRAGMA wal_autocheckpoint = 0");
  insert_piece_.emplace(database_->handle(),
                        "INSERT INTO pieces (session_row, number, last_sequence_number, "
                        "time_unix_ns, size, bytes) VALUES (?, ?, ?, ?, ?, ?)");
  add_to_session_.emplace(database_->handle(),
                          "UPDATE sessions SET journal_bytes = journal_bytes + ?, "
                          "lost_record_count = lost_record_count + ? WHERE row = ?");
  checkpointer_.emplace(file_);
  writer_ = std::thread([this] { RunWriter(); });
}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void Recorder::Record(SessionEventKind kind, std::string_view session_id, std::string_view detail) {
  Entry entry;
  entry.session.id = session_id;
  entry.kind = Name(kind);
  entry.detail = detail;
  Put(std::move(entry));
}

void Recorder::SessionCreated(const v1::Session& session) {
  Entry entry;
  entry.what = Entry::What::kCreated;
  entry.time_unix_ns = session.create_time_unix_ns();
  entry.session = {session.session_id(), session.create_time_unix_ns()};
  entry.detail = ToJson(session.config());
  entry.subject_code = session.config().subject_code();
  Put(std::move(entry));
}

void Recorder::SessionEnded(const v1::Session& session, std::string_view reason) {
  Entry entry;
  entry.what = Entry::What::kEnded;
  entry.session = {session.session_id(), session.create_time_unix_ns()};
  entry.kind = reason;
  entry.detail = ToJson(session.statistics());
  entry.is_empty = session.statistics().decoded_bin_count() == 0;
  Put(std::move(entry));
}

void Recorder::SessionResumed(const std::string& session_id, std::int64_t row) {
  Entry entry;
  entry.what = Entry::What::kResumed;
  entry.session.id = session_id;
  entry.row = row;
  Put(std::move(entry));
}

void Recorder::SessionLost(std::int64_t row, std::string_view why) {
  Entry entry;
  entry.what = Entry::What::kLost;
  entry.detail = why;
  entry.row = row;
  Put(std::move(entry));
}

void Recorder::DecoderChangeAsked(const SessionKey& session, const DecoderChangeNote& note) {
  Entry entry;
  entry.what = Entry::What::kChange;
  entry.session = session;
  RecordedChange& change = entry.change.emplace();
  change.number = note.number;
  change.kind = ChangeKindName(note.kind);
  change.slot = note.slot;
  change.name = note.name;
  change.config_json = ToJson(note.config);
  change.frozen = note.frozen;
  change.twin = note.twin;
  change.weights = note.weights;
  Put(std::move(entry));
}

std::shared_ptr<SessionJournal> Recorder::MakeJournal(const SessionKey& session,
                                                      const SessionSettings& settings,
                                                      const JournalPosition& from) {
  JournalParams params;
  params.buffer_bytes =
      std::max(kLeastBufferBytes,
               static_cast<std::size_t>(BytesPerSecond(settings.shape) * params_.buffer_s));
  params.checkpoint_bins = static_cast<std::uint64_t>(
      std::max(1.0, params_.checkpoint_s * 1e9 / static_cast<double>(settings.shape.bin_width_ns)));
  params.waits = !settings.timing.real_time;
  const auto wake = [this] {
    {
      const std::lock_guard lock(mutex_);
      if (woken_) return;
      woken_ = true;
    }
    wake_.notify_one();
  };
  const auto rest = [this, wake] {
    if (is_due_) wake();
  };
  auto journal = std::make_shared<SessionJournal>(session, params, from, wake, rest);
  auto source = std::make_shared<Source>();
  source->journal = journal;
  source->last_written_piece = from.piece_number;
  {
    const std::lock_guard lock(mutex_);
    sources_.push_back(source);
  }
  wake_.notify_one();
  return journal;  // held all along: a source whose journal nobody else has is let go
}

std::uint64_t Recorder::dropped_count() const { return status().lost_event_count; }

RecorderStatus Recorder::status() const {
  const std::lock_guard lock(mutex_);
  RecorderStatus status = status_;
  for (const auto& source : sources_)
    status.lost_record_count += source->journal->num_lost_records();
  return status;
}

void Recorder::Erase(std::int64_t row) {
  auto erasure = std::make_shared<Erasure>();
  erasure->row = row;
  erasure->why = "by request";
  std::future<void> done = erasure->done.get_future();
  {
    const std::lock_guard lock(mutex_);
    erasures_.push_back(std::move(erasure));
  }
  wake_.notify_one();
  done.get();
}

void Recorder::Flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t wanted = begun_ + 1;
  woken_ = true;
  wake_.notify_one();
  flushed_.wait_for(lock, kLongestFlush,
                    [&] { return done_ >= wanted || !status_.problem.empty(); });
}

void Recorder::Put(Entry entry) {
  if (entry.time_unix_ns == 0) entry.time_unix_ns = UnixNowNs();
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() + num_waiting_ >= kCapacity) {
      ++status_.lost_event_count;
      ++dropped_since_batch_;
      return;
    }
    queue_.push_back(std::move(entry));
  }
  wake_.notify_one();
}

void Recorder::RunWriter() {
  const auto batch_interval =
      std::chrono::nanoseconds(static_cast<std::int64_t>(params_.batch_s * 1e9));
  auto wait = std::chrono::nanoseconds(0);
  while (true) {
    bool stopping = false;
    {
      std::unique_lock lock(mutex_);
      const auto latest = std::chrono::steady_clock::now() + wait;
      const bool has_problem = !status_.problem.empty();
      const auto is_called = [&] { return stopping_ || (woken_ && !has_problem); };
      // Right after a bin the loop and its client are least likely to want this processor.
      wake_.wait_until(lock, latest - wait / 3, is_called);
      is_due_ = true;
      wake_.wait_until(lock, latest, is_called);
      is_due_ = false;
      // Without sessions there is nothing to look after.
      wake_.wait_for(lock, kLookForErasuresEvery, [this] {
        return stopping_ || woken_ || !sources_.empty() || !queue_.empty() || !batch_.empty() ||
               !erasures_.empty();
      });
      woken_ = false;
      ++begun_;
      stopping = stopping_;
    }
    wait = batch_interval;
    LookForErasures();
    try {
      if (Gather()) {
        WriteBatch();
        AfterCommit();
        SetProblem("");
        if (GoOnErasing() && !stopping) wait = std::chrono::nanoseconds(0);
      } else if (stopping) {
        return;
      }
      LetGo();
    } catch (const std::exception& error) {  // of the disk, or that there is no memory
      for (const auto& source : writing_) source->now = source->before;
      rows_ = rows_before_;
      SetProblem(error.what());
      wait = kRetryAfter;
      if (stopping) return;
    }
    {
      const std::lock_guard lock(mutex_);
      if (status_.problem.empty() && batch_.empty()) done_ = begun_;
    }
    flushed_.notify_all();
  }
}

bool Recorder::Source::Take() {
  const std::size_t capacity = journal->buffer().capacity();
  if (spare.capacity() < capacity) spare.reserve(capacity);
  JournalBuffer::Piece piece;
  piece.bytes.swap(spare);
  if (journal->buffer().Take(&piece)) {
    pieces.push_back(std::move(piece));
    return true;
  }
  spare.swap(piece.bytes);
  return false;
}

bool Recorder::Gather() {
  {
    const std::lock_guard lock(mutex_);
    writing_ = sources_;
  }
  bool any = false;
  // Records before events: what a record refers to has been put into the queue before it.
  for (const auto& source : writing_) {
    source->before = source->now;
    if (source->pieces.empty()) source->Take();
    any |= !source->pieces.empty();
  }
  const std::lock_guard lock(mutex_);
  // With those whose session began meanwhile: the events that name them may be there already.
  writing_ = sources_;
  if (batch_.empty() || status_.problem.empty()) {
    std::move(queue_.begin(), queue_.end(), std::back_inserter(batch_));
    queue_.clear();
    batch_dropped_ += std::exchange(dropped_since_batch_, 0);
    for (const auto& source : writing_) source->is_let_go = source->journal.use_count() == 1;
  }
  return any || !batch_.empty() || batch_dropped_ > 0 || !erasures_.empty();
}

void Recorder::WriteBatch() {
  rows_before_ = rows_;
  Transaction transaction(&*database_);
  WriteEntries();
  for (const auto& source : writing_) {
    const bool waits = waiting_.contains(source->journal->session());
    if (source->now.row != 0 && !source->now.ended && !waits) WritePiece(source.get());
  }
  if (batch_dropped_ > 0) {
    WriteEvent(0, UnixNowNs(), "events dropped", std::to_string(batch_dropped_));
  }
  EraseSome();
  transaction.Commit();
}

void Recorder::WriteEntries() {
  waiting_.clear();
  const auto latest = std::chrono::steady_clock::now() + kLongestForEnds;
  bool any_end = false;
  for (Entry& entry : batch_) {
    entry.waits = entry.what == Entry::What::kEnded && std::exchange(any_end, true) &&
                  std::chrono::steady_clock::now() > latest;
    if (entry.waits) {
      waiting_.insert(entry.session);
    } else {
      Write(entry);
    }
  }
}

void Recorder::AfterCommit() {
  std::erase_if(batch_, [](const Entry& entry) { return !entry.waits; });
  batch_dropped_ = 0;
  rows_before_ = rows_;  // what fails from here on takes nothing of this back
  std::uint64_t bytes = 0;
  for (const auto& source : writing_) {
    source->before = source->now;
    if (source->now.row == 0 || waiting_.contains(source->journal->session())) continue;
    source->journal->GiveBackStates(std::exchange(source->num_states, 0));
    if (source->pieces.empty()) continue;
    const JournalBuffer::Piece& last = source->pieces.back();
    for (const JournalBuffer::Piece& piece : source->pieces) bytes += piece.bytes.size();
    source->last_written_piece = last.number;
    source->journal->SetDurable(last.last_sequence_number);
    source->spare = std::move(source->pieces.front().bytes);
    source->spare.clear();
    source->pieces.clear();
  }
  const std::lock_guard lock(mutex_);
  status_.written_bytes += bytes;
  ++status_.batch_count;
  num_waiting_ = batch_.size();
}

void Recorder::LetGo() {
  Sources gone;  // ends outside the lock: what they hold may be large
  const std::lock_guard lock(mutex_);
  std::erase_if(sources_, [&](const std::shared_ptr<Source>& source) {
    const bool is_orphan = source->now.row == 0 && source->is_let_go;
    if (!is_orphan && !source->now.ended) return false;
    if (source->now.ended) status_.lost_record_count += source->journal->num_lost_records();
    return true;
  });
  gone = std::exchange(writing_, sources_);
}

void Recorder::SetProblem(const std::string& problem) {
  bool changed = false;
  {
    const std::lock_guard lock(mutex_);
    if (!problem.empty()) ++status_.failed_batch_count;
    changed = status_.problem.empty() != problem.empty();
    status_.problem = problem;
  }
  if (!changed) return;
  for (const auto& source : writing_) source->journal->SetGivenUp(!problem.empty());
  if (problem.empty()) {
    spdlog::warn("recording to {} goes on", file_.string());
    Entry entry;
    entry.kind = "recording resumed";
    Put(std::move(entry));
  } else {
    spdlog::error(
        "NOTHING IS RECORDED to {}: {}; sessions go on, what was recorded stays; free the disk, it "
        "is "
        "tried again and again",
        file_.string(), problem);
  }
}

void Recorder::EraseSome() {
  std::int64_t row = 0;
  {
    const std::lock_guard lock(mutex_);
    if (erasures_.empty()) return;
    row = erasures_.front()->row;
  }
  sqlite3* handle = database_->handle();
  Statement(handle, "UPDATE sessions SET end_reason = ? WHERE row = ?")
      .Bind(std::string_view(kErasing))
      .Bind(row)
      .Run();
  Statement(handle,
            "DELETE FROM pieces WHERE row IN "
            "(SELECT row FROM pieces WHERE session_row = ? LIMIT ?)")
      .Bind(row)
      .Bind(kErasedPieces)
      .Run();
  if (sqlite3_changes(handle) > 0) return;
  DeleteRows(row);
  rows_are_gone_ = true;
}

void Recorder::DeleteRows(std::int64_t session_row) {
  for (const char* sql :
       {"DELETE FROM checkpoints WHERE session_row = ?",
        "DELETE FROM decoder_changes WHERE session_row = ?",
        "DELETE FROM events WHERE session_row = ?", "DELETE FROM sessions WHERE row = ?"}) {
    Statement(database_->handle(), sql).Bind(session_row).Run();
  }
}

bool Recorder::GoOnErasing() {
  std::shared_ptr<Erasure> erasure;
  {
    const std::lock_guard lock(mutex_);
    if (erasures_.empty()) return false;
    erasure = erasures_.front();
  }
  if (!rows_are_gone_) return true;
  if (database_->Integer("PRAGMA freelist_count") > 0) {
    database_->Execute(kVacuumSome);
    return true;
  }
  // What was erased must not live on in the write-ahead log either.
  database_->Execute("PRAGMA wal_checkpoint(TRUNCATE)");
  rows_are_gone_ = false;
  {
    const std::lock_guard lock(mutex_);
    erasures_.pop_front();
  }
  look_for_erasures_at_ = {};  // there may still be too much
  spdlog::info("recording number {} is erased ({}) from {}", erasure->row, erasure->why,
               file_.string());
  erasure->done.set_value();
  return true;
}

void Recorder::LookForErasures() {
  const auto now = std::chrono::steady_clock::now();
  if (now < look_for_erasures_at_) return;
  look_for_erasures_at_ = now + kLookForErasuresEvery;
  std::map<std::int64_t, std::string> rows;  // and why
  try {
    const std::int64_t stored =
        database_->Integer("PRAGMA page_count") * database_->Integer("PRAGMA page_size");
    const auto kept_since = UnixNowNs() - static_cast<std::int64_t>(params_.keep_days * 86'400e9);
    bool is_too_much =
        params_.keep_gigabytes > 0 && static_cast<double>(stored) > params_.keep_gigabytes * 1e9;
    Statement ended(database_->handle(),
                    "SELECT row, ended_unix_ns, end_reason FROM sessions "
                    "WHERE ended_unix_ns IS NOT NULL ORDER BY ended_unix_ns");
    while (ended.NextRow()) {
      const bool is_old = params_.keep_days > 0 && ended.Integer(1) < kept_since;
      if (ended.Text(2) == kErasing) {
        rows[ended.Integer(0)] = "which was under way";
      } else if (is_old) {
        rows[ended.Integer(0)] = fmt::format("it ended more than {} days ago", params_.keep_days);
      } else if (std::exchange(is_too_much, false)) {
        // One at a time; then it is looked again how much there is.
        rows[ended.Integer(0)] =
            fmt::format("there were more than {} GB, and it ended first", params_.keep_gigabytes);
      }
    }
  } catch (const DatabaseError&) {
    return;  // the next batch says what is wrong
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [row, why] : rows) {
    const bool is_known =
        std::any_of(erasures_.begin(), erasures_.end(),
                    [row = row](const auto& erasure) { return erasure->row == row; });
    if (is_known) continue;
    erasures_.push_back(std::make_shared<Erasure>());
    erasures_.back()->row = row;
    erasures_.back()->why = why;
  }
}

std::int64_t Recorder::RowOf(const std::string& session_id) const {
  const auto after = rows_.upper_bound({session_id, std::numeric_limits<std::int64_t>::max()});
  if (after == rows_.begin()) return 0;
  const auto& [session, row] = *std::prev(after);
  return session.id == session_id ? row : 0;
}

Recorder::Source* Recorder::Find(std::int64_t row) {
  for (const auto& source : writing_) {
    if (source->now.row == row && !source->now.ended) return source.get();
  }
  return nullptr;
}

void Recorder::Write(const Entry& entry) {
  const auto name = [&](const SessionKey& session, std::int64_t row) {
    rows_[session] = row;
    for (const auto& source : writing_) {
      if (source->journal->session() == session) source->now.row = row;
    }
  };
  switch (entry.what) {
    case Entry::What::kCreated:
      Statement(database_->handle(),
                "INSERT INTO sessions (session_id, subject_code, config_json, created_unix_ns, "
                "server_version) VALUES (?, ?, ?, ?, ?)")
          .Bind(entry.session.id)
          .Bind(entry.subject_code)
          .Bind(entry.detail)
          .Bind(entry.time_unix_ns)
          .Bind(params_.server_version)
          .Run();
      name(entry.session, database_->last_row());
      WriteEvent(rows_[entry.session], entry.time_unix_ns, "created", "");
      break;
    case Entry::What::kResumed:
      name({entry.session.id,
            Statement(database_->handle(), "SELECT created_unix_ns FROM sessions WHERE row = ?")
                .Bind(entry.row)
                .RunForInteger()
                .value_or(0)},
           entry.row);
      WriteEvent(entry.row, entry.time_unix_ns, "goes on after a restart", params_.server_version);
      break;
    case Entry::What::kEnded:
      WriteEnd(entry);
      break;
    case Entry::What::kLost:
      Statement(database_->handle(),
                "UPDATE sessions SET ended_unix_ns = ?, end_reason = 'lost' WHERE row = ?")
          .Bind(entry.time_unix_ns)
          .Bind(entry.row)
          .Run();
      WriteEvent(entry.row, entry.time_unix_ns, "lost", entry.detail);
      break;
    case Entry::What::kChange:
      if (const auto row = rows_.find(entry.session); row != rows_.end()) {
        RecordedChange change = *entry.change;
        change.time_unix_ns = entry.time_unix_ns;
        WriteChange(row->second, change);
      }
      break;
    case Entry::What::kEvent:
      WriteEvent(RowOf(entry.session.id), entry.time_unix_ns, entry.kind, entry.detail);
      break;
  }
}

void Recorder::WriteEnd(const Entry& entry) {
  const auto row = rows_.find(entry.session);
  if (row == rows_.end()) return;  // its creation was dropped
  const bool is_kept = !entry.is_empty || entry.kind == "shutdown";
  if (Source* source = Find(row->second)) {
    if (is_kept) {
      // What came between the taking of records and that of events.
      source->Take();
      WritePiece(source);
    }
    source->now.ended = true;
  }
  if (!is_kept) {
    Statement(database_->handle(), "DELETE FROM pieces WHERE session_row = ?")
        .Bind(row->second)
        .Run();
    DeleteRows(row->second);
    rows_.erase(row);
    return;
  }
  if (entry.kind == "shutdown") {
    Statement(database_->handle(), "UPDATE sessions SET statistics_json = ? WHERE row = ?")
        .Bind(entry.detail)
        .Bind(row->second)
        .Run();
  } else {
    Statement(database_->handle(),
              "UPDATE sessions SET ended_unix_ns = ?, end_reason = ?, statistics_json = ? "
              "WHERE row = ?")
        .Bind(entry.time_unix_ns)
        .Bind(entry.kind)
        .Bind(entry.detail)
        .Bind(row->second)
        .Run();
  }
  WriteEvent(row->second, entry.time_unix_ns, "ended", entry.kind);
  rows_.erase(row);
}

void Recorder::WriteChange(std::int64_t session_row, const RecordedChange& change) {
  Statement statement(
      database_->handle(),
      "INSERT OR REPLACE INTO decoder_changes (session_row, number, time_unix_ns, kind, slot, "
      "name, config_json, frozen, twin, weights) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  statement.Bind(session_row)
      .Bind(static_cast<std::int64_t>(change.number))
      .Bind(change.time_unix_ns)
      .Bind(change.kind)
      .Bind(std::int64_t{change.slot})
      .Bind(change.name)
      .Bind(change.config_json)
      .Bind(std::int64_t{change.frozen})
      .Bind(std::int64_t{change.twin});
  if (change.weights.empty()) {
    statement.BindNull();
  } else {
    statement.BindBytes(change.weights);
  }
  statement.Run();
}

void Recorder::WriteEvent(std::int64_t session_row, std::int64_t time_unix_ns,
                          std::string_view kind, std::string_view detail) {
  Statement statement(
      database_->handle(),
      "INSERT INTO events (session_row, time_unix_ns, kind, detail) VALUES (?, ?, ?, ?)");
  if (session_row > 0) {
    statement.Bind(session_row);
  } else {
    statement.BindNull();
  }
  statement.Bind(time_unix_ns).Bind(kind).Bind(detail).Run();
}

void Recorder::WritePiece(Source* source) {
  std::int64_t journal_bytes = 0;
  for (const JournalBuffer::Piece& piece : source->pieces) {
    const std::string_view packed = packer_.Pack(View(piece.bytes));
    journal_bytes += static_cast<std::int64_t>(packed.size());
    insert_piece_->Bind(source->now.row)
        .Bind(static_cast<std::int64_t>(piece.number))
        .Bind(static_cast<std::int64_t>(piece.last_sequence_number))
        .Bind(UnixNowNs())
        .Bind(static_cast<std::int64_t>(piece.bytes.size()))
        .BindBytes(packed)
        .Run();
  }
  const std::uint64_t last_piece =
      source->pieces.empty() ? source->last_written_piece : source->pieces.back().number;
  source->num_states = source->journal->VisitStates(
      last_piece, [&](const SavedState& saved) { WriteState(*source, saved); });
  const std::uint64_t num_lost = source->journal->num_lost_records();
  if (journal_bytes == 0 && num_lost == source->now.num_lost_records) return;
  add_to_session_->Bind(journal_bytes)
      .Bind(static_cast<std::int64_t>(num_lost - source->now.num_lost_records))
      .Bind(source->now.row)
      .Run();
  source->now.num_lost_records = num_lost;
}

void Recorder::WriteState(const Source& source, const SavedState& saved) {
  Statement(database_->handle(),
            "INSERT INTO checkpoints (session_row, number, piece_number, bin_index, change_count, "
            "time_unix_ns, reason, size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .Bind(source.now.row)
      .Bind(static_cast<std::int64_t>(saved.number))
      .Bind(static_cast<std::int64_t>(saved.piece_number))
      .Bind(static_cast<std::int64_t>(saved.bin_index))
      .Bind(static_cast<std::int64_t>(saved.change_count))
      .Bind(saved.time_unix_ns)
      .Bind(saved.reason)
      .Bind(static_cast<std::int64_t>(saved.bytes.size()))
      .BindBytes(packer_.Pack(saved.bytes))
      .Run();
  Statement(database_->handle(),
            "DELETE FROM checkpoints WHERE session_row = ? AND reason IN ('periodic', 'export') "
            "AND number <= ?")
      .Bind(source.now.row)
      .Bind(static_cast<std::int64_t>(saved.number) - kPeriodicCheckpoints)
      .Run();
}

}  // namespace efferent

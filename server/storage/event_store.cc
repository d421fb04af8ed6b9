#include "server/storage/event_store.h"

#include <google/protobuf/util/json_util.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

#include "server/storage/schema.h"

namespace efferent {
namespace {

constexpr const char* kFileName = "efferent.db";

std::int64_t UnixNowNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string Json(const google::protobuf::Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) json = "{}";
  return json;
}

void BringUpToDate(Database* database, const std::filesystem::path& file) {
  const std::int64_t version =
      Statement(database->handle(), "PRAGMA user_version").RunForInteger().value_or(0);
  if (version > kSchemaVersion) {
    throw std::runtime_error(file.string() + " is of version " + std::to_string(version) +
                             ", this server knows up to " + std::to_string(kSchemaVersion) +
                             "; use a newer server or another data directory");
  }
  if (version == 0) {
    database->Execute("BEGIN");
    database->Execute(kSchemaV1);
    database->Execute(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
    database->Execute("COMMIT");
  }
  database->Execute("UPDATE sessions SET end_reason = 'lost' WHERE end_reason IS NULL");
}

}  // namespace

EventStore::EventStore(const std::filesystem::path& data_dir)
    : directory_(data_dir), database_(directory_.path() / kFileName) {
  BringUpToDate(&database_, directory_.path() / kFileName);
  writer_ = std::thread([this] { RunWriter(); });
}

EventStore::~EventStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void EventStore::Record(SessionEventKind kind, std::string_view session_id,
                        std::string_view detail) {
  Put({Entry::What::kEvent, UnixNowNs(), std::string(session_id), std::string(Name(kind)),
       std::string(detail), ""});
}

void EventStore::SessionCreated(const v1::Session& session) {
  Put({Entry::What::kCreated, session.create_time_unix_ns(), session.session_id(), "",
       Json(session.config()), session.config().subject_code()});
}

void EventStore::SessionEnded(const v1::Session& session, std::string_view reason) {
  Put({Entry::What::kEnded, UnixNowNs(), session.session_id(), std::string(reason),
       Json(session.statistics()), ""});
}

std::uint64_t EventStore::dropped_count() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void EventStore::Put(Entry entry) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= kCapacity) {
      ++dropped_;
      ++dropped_since_batch_;
      return;
    }
    queue_.push_back(std::move(entry));
  }
  wake_.notify_one();
}

void EventStore::RunWriter() {
  while (true) {
    std::deque<Entry> batch;
    std::uint64_t dropped = 0;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      batch.swap(queue_);
      dropped = std::exchange(dropped_since_batch_, 0);
    }
    try {
      WriteBatch(batch, dropped);
    } catch (const std::exception& error) {
      spdlog::error("data directory {}: {} events are lost: {}", directory_.path().string(),
                    batch.size(), error.what());
      const std::lock_guard lock(mutex_);
      dropped_ += batch.size();
      dropped_since_batch_ += batch.size() + dropped;
    }
  }
}

void EventStore::WriteBatch(const std::deque<Entry>& batch, std::uint64_t dropped) {
  database_.Execute("BEGIN IMMEDIATE");
  try {
    for (const Entry& entry : batch) Write(entry);
    if (dropped > 0) WriteEvent(0, UnixNowNs(), "events dropped", std::to_string(dropped));
    database_.Execute("COMMIT");
  } catch (const std::runtime_error&) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    throw;
  }
}

void EventStore::Write(const Entry& entry) {
  switch (entry.what) {
    case Entry::What::kCreated:
      Statement(database_.handle(),
                "INSERT INTO sessions (session_id, subject_code, config_json, created_unix_ns) "
                "VALUES (?, ?, ?, ?)")
          .Bind(entry.session_id)
          .Bind(entry.subject_code)
          .Bind(entry.detail)
          .Bind(entry.time_unix_ns)
          .Run();
      rows_[entry.session_id] = database_.last_row();
      WriteEvent(rows_[entry.session_id], entry.time_unix_ns, "created", "");
      break;
    case Entry::What::kEnded: {
      const auto row = rows_.find(entry.session_id);
      if (row == rows_.end()) break;  // its creation was dropped
      Statement(database_.handle(),
                "UPDATE sessions SET ended_unix_ns = ?, end_reason = ?, statistics_json = ? "
                "WHERE row = ?")
          .Bind(entry.time_unix_ns)
          .Bind(entry.kind)
          .Bind(entry.detail)
          .Bind(row->second)
          .Run();
      WriteEvent(row->second, entry.time_unix_ns, "ended", entry.kind);
      rows_.erase(row);
      break;
    }
    case Entry::What::kEvent: {
      const auto row = rows_.find(entry.session_id);
      WriteEvent(row == rows_.end() ? 0 : row->second, entry.time_unix_ns, entry.kind,
                 entry.detail);
      break;
    }
  }
}

void EventStore::WriteEvent(std::int64_t session_row, std::int64_t time_unix_ns,
                            std::string_view kind, std::string_view detail) {
  Statement statement(
      database_.handle(),
      "INSERT INTO events (session_row, time_unix_ns, kind, detail) VALUES (?, ?, ?, ?)");
  if (session_row == 0) {
    statement.BindNull();
  } else {
    statement.Bind(session_row);
  }
  statement.Bind(time_unix_ns).Bind(kind).Bind(detail).Run();
}

}  // namespace efferent

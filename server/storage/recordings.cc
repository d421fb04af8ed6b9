#include "server/storage/recordings.h"

#include <algorithm>
#include <charconv>

#include "server/storage/schema.h"

namespace efferent {
namespace {

constexpr const char* kSelectSessions = R"sql(
SELECT s.row, s.session_id, s.subject_code, s.config_json, s.server_version, s.created_unix_ns,
  s.ended_unix_ns, s.end_reason, s.statistics_json, s.lost_record_count,
  (SELECT COUNT(*) FROM pieces p WHERE p.session_row = s.row),
  (SELECT number FROM pieces p WHERE p.session_row = s.row ORDER BY number DESC LIMIT 1),
  (SELECT last_sequence_number FROM pieces p WHERE p.session_row = s.row ORDER BY number DESC LIMIT 1),
  (SELECT time_unix_ns FROM pieces p WHERE p.session_row = s.row ORDER BY number DESC LIMIT 1),
  s.journal_bytes + (SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM checkpoints c WHERE c.session_row = s.row)
FROM sessions s )sql";

RecordedSession ReadSession(const Statement& row) {
  RecordedSession session;
  session.row = row.Integer(0);
  session.session_id = row.Text(1);
  session.subject_code = row.Text(2);
  session.config_json = row.Text(3);
  session.server_version = row.Text(4);
  session.created_unix_ns = row.Integer(5);
  if (!row.IsNull(6)) session.ended_unix_ns = row.Integer(6);
  session.end_reason = row.Text(7);
  session.statistics_json = row.Text(8);
  session.lost_record_count = static_cast<std::uint64_t>(row.Integer(9));
  session.piece_count = static_cast<std::uint64_t>(row.Integer(10));
  session.last_piece_number = static_cast<std::uint64_t>(row.Integer(11));
  session.last_sequence_number = static_cast<std::uint64_t>(row.Integer(12));
  session.last_write_unix_ns = row.Integer(13);
  session.stored_bytes = row.Integer(14);
  return session;
}

}  // namespace

std::vector<RecordedSession> RecordingReader::Sessions(std::int64_t after_row, std::int64_t limit) {
  Statement statement(
      database_->handle(),
      (std::string(kSelectSessions) + "WHERE s.row > ? ORDER BY s.row LIMIT ?").c_str());
  statement.Bind(after_row).Bind(limit);
  std::vector<RecordedSession> sessions;
  while (statement.NextRow()) sessions.push_back(ReadSession(statement));
  return sessions;
}

std::optional<RecordedSession> RecordingReader::FindSession(std::string_view name) {
  const std::size_t at = name.find('@');
  std::string_view id = name.substr(0, at);
  std::int64_t row = 0;
  if (at != std::string_view::npos) {
    const std::string_view digits = name.substr(at + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), row);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  }
  Statement statement(
      database_->handle(),
      (std::string(kSelectSessions) +
       "WHERE s.session_id = ? AND (? = 0 OR s.row = ?) ORDER BY s.row DESC LIMIT 1")
          .c_str());
  statement.Bind(id).Bind(row).Bind(row);
  if (!statement.NextRow()) return std::nullopt;
  return ReadSession(statement);
}

std::vector<RecordedChange> RecordingReader::Changes(std::int64_t session_row, Weights weights) {
  Statement statement(database_->handle(),
                      "SELECT number, time_unix_ns, kind, slot, name, config_json, frozen, twin, "
                      "weights IS NOT NULL, CASE WHEN ? THEN weights END "
                      "FROM decoder_changes WHERE session_row = ? ORDER BY number");
  statement.Bind(std::int64_t{weights == Weights::kRead}).Bind(session_row);
  std::vector<RecordedChange> changes;
  while (statement.NextRow()) {
    RecordedChange& change = changes.emplace_back();
    change.number = static_cast<std::uint64_t>(statement.Integer(0));
    change.time_unix_ns = statement.Integer(1);
    change.kind = statement.Text(2);
    change.slot = static_cast<int>(statement.Integer(3));
    change.name = statement.Text(4);
    change.config_json = statement.Text(5);
    change.frozen = statement.Integer(6) != 0;
    change.twin = statement.Integer(7) != 0;
    change.imported = statement.Integer(8) != 0;
    change.weights = statement.Bytes(9);
  }
  return changes;
}

std::vector<RecordedCheckpoint> RecordingReader::Checkpoints(std::int64_t session_row) {
  Statement statement(database_->handle(),
                      "SELECT row, number, piece_number, bin_index, change_count, time_unix_ns, "
                      "reason, size "
                      "FROM checkpoints WHERE session_row = ? ORDER BY number");
  statement.Bind(session_row);
  std::vector<RecordedCheckpoint> checkpoints;
  while (statement.NextRow()) {
    RecordedCheckpoint& checkpoint = checkpoints.emplace_back();
    checkpoint.row = statement.Integer(0);
    checkpoint.number = static_cast<std::uint64_t>(statement.Integer(1));
    checkpoint.piece_number = static_cast<std::uint64_t>(statement.Integer(2));
    checkpoint.bin_index = static_cast<std::uint64_t>(statement.Integer(3));
    checkpoint.change_count = static_cast<std::uint64_t>(statement.Integer(4));
    checkpoint.time_unix_ns = statement.Integer(5);
    checkpoint.reason = statement.Text(6);
    checkpoint.size = static_cast<std::uint64_t>(statement.Integer(7));
  }
  return checkpoints;
}

std::vector<RecordedEvent> RecordingReader::Events(std::int64_t session_row, std::int64_t limit,
                                                   std::uint64_t* num_omitted) {
  Statement count(database_->handle(), "SELECT COUNT(*) FROM events WHERE session_row = ?");
  const std::int64_t num_events = count.Bind(session_row).RunForInteger().value_or(0);
  const std::int64_t first = std::max<std::int64_t>(0, num_events - limit);
  *num_omitted = static_cast<std::uint64_t>(first);
  Statement statement(database_->handle(),
                      "SELECT time_unix_ns, kind, detail FROM events WHERE session_row = ? "
                      "ORDER BY time_unix_ns, row LIMIT -1 OFFSET ?");
  statement.Bind(session_row).Bind(first);
  std::vector<RecordedEvent> events;
  while (statement.NextRow()) {
    events.push_back(
        {statement.Integer(0), std::string(statement.Text(1)), std::string(statement.Text(2))});
  }
  return events;
}

std::string RecordingReader::CheckpointBytes(std::int64_t checkpoint_row) {
  Statement statement(database_->handle(), "SELECT bytes FROM checkpoints WHERE row = ?");
  statement.Bind(checkpoint_row);
  return statement.NextRow() ? std::string(statement.Bytes(0)) : std::string();
}

std::optional<RecordingReader::Piece> RecordingReader::FindPiece(std::int64_t session_row,
                                                                 std::uint64_t first_number) {
  Statement statement(
      database_->handle(),
      "SELECT number, size, bytes FROM pieces WHERE session_row = ? AND number >= ? "
      "ORDER BY number LIMIT 1");
  statement.Bind(session_row).Bind(static_cast<std::int64_t>(first_number));
  if (!statement.NextRow()) return std::nullopt;
  return Piece{static_cast<std::uint64_t>(statement.Integer(0)),
               static_cast<std::uint64_t>(statement.Integer(1)), std::string(statement.Bytes(2))};
}

void MigrateSchema(Database* database, const std::string& file) {
  const std::int64_t version = database->Integer("PRAGMA user_version");
  if (version > kSchemaVersion) {
    throw std::runtime_error(file + " is of version " + std::to_string(version) +
                             ", this server knows up to " + std::to_string(kSchemaVersion) +
                             "; use a newer server or another data directory");
  }
  if (version == kSchemaVersion) return;
  if (version == 2 && database->Integer("SELECT COUNT(*) FROM pieces") > 0) {
    throw std::runtime_error(
        file +
        " was recorded by an earlier version, whose records this server cannot "
        "read; keep it, export from it with the programs that recorded it, and "
        "use another data directory");
  }
  if (version > 0) database->Execute("VACUUM");  // a file of its time takes auto_vacuum on only so
  Transaction transaction(database);
  if (version < 1) database->Execute(kSchemaV1);
  if (version < 2) {
    // Sessions of version 1 could not go on.
    database->Execute(
        "UPDATE sessions SET end_reason = 'lost', ended_unix_ns = created_unix_ns "
        "WHERE end_reason IS NULL");
    database->Execute(kSchemaV2);
  }
  database->Execute(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
  transaction.Commit();
}

}  // namespace efferent

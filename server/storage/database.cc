#include "server/storage/database.h"

namespace efferent {
namespace {

void Require(bool ok, sqlite3* database) {
  if (ok) return;
  throw DatabaseError(std::string("SQLite: ") + sqlite3_errmsg(database),
                      sqlite3_extended_errcode(database));
}

}  // namespace

Statement::Statement(sqlite3* database, const char* sql) {
  Require(sqlite3_prepare_v2(database, sql, -1, &statement_, nullptr) == SQLITE_OK, database);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(std::int64_t value) {
  sqlite3_bind_int64(statement_, next_parameter_++, value);
  return *this;
}

Statement& Statement::Bind(std::string_view text) {
  sqlite3_bind_text(statement_, next_parameter_++, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::BindBytes(std::string_view bytes) {
  sqlite3_bind_blob64(statement_, next_parameter_++, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

Statement& Statement::BindNull() {
  sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

void Statement::Run() {
  while (NextRow()) {
  }
}

std::optional<std::int64_t> Statement::RunForInteger() {
  if (!NextRow()) return std::nullopt;
  const std::int64_t value = Integer(0);
  Reset();
  return value;
}

bool Statement::NextRow() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  sqlite3* database = sqlite3_db_handle(statement_);
  if (result == SQLITE_DONE) {
    Reset();
    return false;
  }
  const DatabaseError error(std::string("SQLite: ") + sqlite3_errmsg(database),
                            sqlite3_extended_errcode(database));
  Reset();
  throw error;
}

std::string_view Statement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text ? std::string_view(text,
                                 static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
              : std::string_view();
}

std::string_view Statement::Bytes(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes ? std::string_view(
                     bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
               : std::string_view();
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  next_parameter_ = 1;
}

Database::Database(const std::filesystem::path& file, Access access, Durability durability) {
  const bool writes = access == Access::kWrite;
  const int flags = (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) |
                    SQLITE_OPEN_NOMUTEX;
  try {
    Require(sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) == SQLITE_OK, database_);
    sqlite3_busy_timeout(database_, 5'000);
    if (writes) {
      Execute(
          "PRAGMA auto_vacuum = INCREMENTAL");  // so that a file can shrink; before its first page
      Execute("PRAGMA journal_mode = WAL");
      Execute(durability == Durability::kPower ? "PRAGMA synchronous = FULL"
                                               : "PRAGMA synchronous = NORMAL");
      Execute("PRAGMA secure_delete = ON");
    }
    Execute("PRAGMA foreign_keys = ON");
  } catch (const DatabaseError& error) {
    sqlite3_close(database_);
    throw DatabaseError(file.string() + ": " + error.what(), error.code());
  }
}

Database::~Database() { sqlite3_close(database_); }

void Database::Execute(const char* sql) {
  Require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, database_);
}

std::int64_t Database::Integer(const char* sql) {
  return Statement(database_, sql).RunForInteger().value_or(0);
}

Transaction::Transaction(Database* database) : database_(database) {
  database_->Execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // Where SQLite has rolled back by itself (a full disk) this fails, which is as well.
  if (is_open_) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::Commit() {
  database_->Execute("COMMIT");
  is_open_ = false;
}

}  // namespace efferent

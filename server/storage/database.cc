#include "server/storage/database.h"

#include <stdexcept>

namespace efferent {
namespace {

void Require(bool ok, sqlite3* database) {
  if (!ok) throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(database));
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

Statement& Statement::BindNull() {
  sqlite3_bind_null(statement_, next_parameter_++);
  return *this;
}

void Statement::Run() {
  const int result = sqlite3_step(statement_);
  Reset();
  Require(result == SQLITE_DONE || result == SQLITE_ROW, sqlite3_db_handle(statement_));
}

std::optional<std::int64_t> Statement::RunForInteger() {
  const int result = sqlite3_step(statement_);
  std::optional<std::int64_t> value;
  if (result == SQLITE_ROW) value = sqlite3_column_int64(statement_, 0);
  Reset();
  Require(result == SQLITE_DONE || result == SQLITE_ROW, sqlite3_db_handle(statement_));
  return value;
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  next_parameter_ = 1;
}

Database::Database(const std::filesystem::path& file) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  try {
    Require(sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) == SQLITE_OK, database_);
    sqlite3_busy_timeout(database_, 5'000);
    Execute("PRAGMA journal_mode = WAL");
    Execute("PRAGMA synchronous = NORMAL");
    Execute("PRAGMA foreign_keys = ON");
  } catch (const std::runtime_error& error) {
    const std::string text = file.string() + ": " + error.what();
    sqlite3_close(database_);
    throw std::runtime_error(text);
  }
}

Database::~Database() { sqlite3_close(database_); }

void Database::Execute(const char* sql) {
  Require(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, database_);
}

}  // namespace efferent

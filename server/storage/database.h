#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace efferent {

/// A prepared statement. Parameters are bound in order, and bound anew for each Run.
class Statement {
 public:
  /// @throws std::runtime_error with SQLite's message.
  Statement(sqlite3* database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(std::int64_t value);
  /// The text is copied.
  Statement& Bind(std::string_view text);
  Statement& BindNull();
  /// Runs to its end. @throws std::runtime_error.
  void Run();
  /// Runs to the first row's first column; nothing if there is no row. @throws std::runtime_error.
  std::optional<std::int64_t> RunForInteger();

 private:
  void Reset();

  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
};

/// One SQLite database in WAL mode, used by one thread at a time.
class Database {
 public:
  /// Opens or creates. @throws std::runtime_error naming the file.
  explicit Database(const std::filesystem::path& file);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  sqlite3* handle() { return database_; }
  /// @throws std::runtime_error.
  void Execute(const char* sql);
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(database_); }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace efferent

#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace efferent {

/// What SQLite reports, for example that the disk is full.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  /// SQLite's, extended.
  int code() const { return code_; }

 private:
  int code_;
};

/// A prepared statement. Parameters are bound in order, and bound anew for each Run. All members throw
/// DatabaseError.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& Bind(std::int64_t value);
  /// The text is copied.
  Statement& Bind(std::string_view text);
  /// The bytes must stay until the statement has run.
  Statement& BindBytes(std::string_view bytes);
  Statement& BindNull();
  /// Runs to its end.
  void Run();
  /// Runs to the first row's first column; nothing if there is no row.
  std::optional<std::int64_t> RunForInteger();

  /// Goes to the next row; false if there is none, and the statement can be bound anew.
  bool NextRow();
  /// Columns of the row, from 0. Bytes and text are valid until the next row.
  std::int64_t Integer(int column) const { return sqlite3_column_int64(statement_, column); }
  std::string_view Text(int column) const;
  std::string_view Bytes(int column) const;
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  void Reset();

  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
};

/// One SQLite database in WAL mode, used by one thread at a time. All members throw DatabaseError.
class Database {
 public:
  enum class Access { kWrite, kRead };
  enum class Durability {
    kProcess,  ///< What is committed outlives the process.
    kPower,    ///< And a loss of power: each commit waits for the disk.
  };

  /// With kWrite it is created if need be. Errors name the file.
  explicit Database(const std::filesystem::path& file, Access access = Access::kWrite,
                    Durability durability = Durability::kProcess);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  sqlite3* handle() { return database_; }
  void Execute(const char* sql);
  /// For example a PRAGMA that answers with a number.
  std::int64_t Integer(const char* sql);
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(database_); }

 private:
  sqlite3* database_ = nullptr;
};

/// Everything until Commit happens, or nothing of it.
class Transaction {
 public:
  explicit Transaction(Database* database);
  /// Undoes it, unless it was committed.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void Commit();

 private:
  Database* database_;
  bool is_open_ = true;
};

}  // namespace efferent

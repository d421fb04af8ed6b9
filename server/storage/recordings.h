#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/storage/database.h"

namespace efferent {

/// A session as it stands in the database.
struct RecordedSession {
  std::int64_t row = 0;
  std::string session_id;
  std::string subject_code;
  std::string config_json;
  std::string server_version;
  std::int64_t created_unix_ns = 0;
  std::optional<std::int64_t> ended_unix_ns;
  std::string end_reason;       ///< Empty: it has not ended.
  std::string statistics_json;  ///< Empty: none.
  std::uint64_t lost_record_count = 0;
  std::uint64_t piece_count = 0;
  std::uint64_t last_piece_number = 0;
  std::uint64_t last_sequence_number = 0;
  std::int64_t last_write_unix_ns = 0;  ///< 0: nothing was.
  std::int64_t stored_bytes = 0;        ///< Pieces and checkpoints, packed.
};

/// A change of decoders that was asked for.
struct RecordedChange {
  std::uint64_t number = 0;
  std::int64_t time_unix_ns = 0;
  std::string kind;
  int slot = 0;
  std::string name;
  std::string config_json;
  bool frozen = false;
  bool twin = false;
  bool imported = false;  ///< It came with a state.
  std::string weights;    ///< That state, packed; empty: none, or left out.
};

/// A checkpoint without its bytes.
struct RecordedCheckpoint {
  std::int64_t row = 0;
  std::uint64_t number = 0;
  std::uint64_t piece_number = 0;
  std::uint64_t bin_index = 0;
  std::uint64_t change_count = 0;
  std::int64_t time_unix_ns = 0;
  std::string reason;
  std::uint64_t size = 0;  ///< Unpacked, bytes.
};

struct RecordedEvent {
  std::int64_t time_unix_ns = 0;
  std::string kind;
  std::string detail;
};

/// What is recorded, read from a database of the present version. All members throw DatabaseError.
/// Not thread-safe.
class RecordingReader {
 public:
  explicit RecordingReader(Database* database) : database_(database) {}

  /// The oldest first: those after this row, at most so many.
  std::vector<RecordedSession> Sessions(
      std::int64_t after_row = 0, std::int64_t limit = std::numeric_limits<std::int64_t>::max());
  /// `name`: ID, the last session of that id; or ID@ROW.
  std::optional<RecordedSession> FindSession(std::string_view name);
  /// The weights of imported decoders take what they take: tens of megabytes each.
  enum class Weights { kRead, kLeftOut };
  std::vector<RecordedChange> Changes(std::int64_t session_row, Weights weights = Weights::kRead);
  std::vector<RecordedCheckpoint> Checkpoints(std::int64_t session_row);
  /// The last `limit` of them, in order of time, and how many there were before.
  std::vector<RecordedEvent> Events(std::int64_t session_row, std::int64_t limit,
                                    std::uint64_t* num_omitted);
  /// A checkpoint's bytes, packed.
  std::string CheckpointBytes(std::int64_t checkpoint_row);

  /// Number and packed bytes of the first piece from `first_number` on; nothing at the end.
  struct Piece {
    std::uint64_t number = 0;
    std::uint64_t size = 0;  ///< Unpacked, bytes.
    std::string bytes;
  };
  std::optional<Piece> FindPiece(std::int64_t session_row, std::uint64_t first_number);

 private:
  Database* database_;
};

/// Brings a database up to date. @throws std::runtime_error if it is of a later version, or has records
/// of an earlier one that cannot be read any more.
void MigrateSchema(Database* database, const std::string& file);

}  // namespace efferent

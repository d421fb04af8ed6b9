#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/journal/byte_archive.h"
#include "server/loop/bin_record.h"
#include "server/loop/chunk.h"

/// What a session's journal is made of. A journal is one record after the other:
///   length of what follows, 4 bytes; kind, 1 byte; wall-clock time, 8 bytes; fields (records.cc)
namespace efferent {

enum class RecordKind : std::uint8_t {
  kChunk = 1,
  kLearnt = 2,
  kCheckpoint = 3,
  kArmUpdate = 4,
  kTrialEvents = 5,
  kCommand = 6,
  kGap = 7,
};

/// A chunk as it was applied, and what became of it.
struct AppliedChunk {
  static constexpr RecordKind kKind = RecordKind::kChunk;
  Chunk chunk;
  ChunkRecord record;
};

/// The last bin of the chunk before was learnt from.
struct Learnt {
  static constexpr RecordKind kKind = RecordKind::kLearnt;
  LearnRecord record;
};

/// The state was saved here.
struct CheckpointMark {
  static constexpr RecordKind kKind = RecordKind::kCheckpoint;
  std::uint64_t number = 0;  ///< From 1.
};

/// What an arm stream reported.
struct ArmUpdateRecord {
  static constexpr RecordKind kKind = RecordKind::kArmUpdate;
  std::string message;  ///< A serialised ArmUpdate.
};

/// Trial events that came with a chunk.
struct TrialEventsRecord {
  static constexpr RecordKind kKind = RecordKind::kTrialEvents;
  std::string message;  ///< A serialised AcquisitionChunk with nothing but trial events.
};

/// A command that was not decoded from a bin: kHeld or kStopped.
struct CommandRecord {
  static constexpr RecordKind kKind = RecordKind::kCommand;
  Command command;
};

/// Records are missing here: there was no room for them. What was done to the session meanwhile is
/// not known; the next checkpoint is the next that is.
struct Gap {
  static constexpr RecordKind kKind = RecordKind::kGap;
  std::uint64_t num_records = 0;
};

struct Record {
  std::int64_t time_unix_ns = 0;
  std::variant<AppliedChunk, Learnt, CheckpointMark, ArmUpdateRecord, TrialEventsRecord,
               CommandRecord, Gap>
      what;
};

/// Appends a record if its bytes fit into the capacity of `bytes`; else false, and nothing.
/// Real-time safe.
bool AppendChunk(const Chunk& chunk, const ChunkRecord& record, std::int64_t time_unix_ns,
                 std::vector<char>* bytes) noexcept;
/// The same for any other record: Learnt, CheckpointMark, ArmUpdateRecord, ...
template <class T>
bool AppendRecord(const T& what, std::int64_t time_unix_ns, std::vector<char>* bytes) noexcept;

/// Goes through the records of a journal's piece, which must outlive it. Bytes may come from anywhere.
class RecordCursor {
 public:
  explicit RecordCursor(std::string_view bytes) : bytes_(bytes) {}
  /// The next record, or nothing at the end. @throws DamagedRecord.
  std::optional<Record> Next();

 private:
  ByteReader bytes_;
};

}  // namespace efferent

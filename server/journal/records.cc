#include "server/journal/records.h"

#include <algorithm>
#include <limits>

namespace efferent {
namespace {

constexpr std::size_t kFrameBytes = 4;

/// A time before `until_ns` as a short distance, where it is one.
using ShortTime = std::uint32_t;

/// Spikes as two lists: channels, and times. Times of a live source lie a bin before the chunk's end;
/// where all are within 4 s, four bytes each are enough.
void Spikes(ByteWriter& archive, const std::vector<Spike>& spikes, TimeNs until_ns) {
  archive(static_cast<std::uint32_t>(spikes.size()));
  const bool all_near = std::all_of(spikes.begin(), spikes.end(), [until_ns](const Spike& spike) {
    return until_ns - spike.time_ns <= std::numeric_limits<ShortTime>::max();
  });
  archive(all_near);
  for (const Spike& spike : spikes) {
    if (all_near) {
      archive(static_cast<ShortTime>(until_ns - spike.time_ns));
    } else {
      archive(spike.time_ns);
    }
  }
  for (const Spike& spike : spikes) archive(static_cast<std::uint16_t>(spike.channel));
}

void Spikes(ByteReader& archive, std::vector<Spike>& spikes, TimeNs until_ns) {
  std::uint32_t size = 0;
  bool all_near = false;
  archive(size);
  archive(all_near);
  const std::size_t time_bytes = all_near ? sizeof(ShortTime) : sizeof(TimeNs);
  ByteReader times(archive.Take(size * time_bytes));
  ByteReader channels(archive.Take(size * sizeof(std::uint16_t)));
  spikes.resize(size);
  for (Spike& spike : spikes) {
    std::uint16_t channel = 0;
    channels(channel);
    spike.channel = channel;
    ShortTime distance = 0;
    if (all_near) {
      times(distance);
      spike.time_ns = until_ns - distance;
    } else {
      times(spike.time_ns);
    }
  }
}

template <class Archive, class Enum>
void Choice(Archive& archive, Enum& value, Enum last) {
  archive(value);
  if constexpr (Archive::kReads) {
    ByteReader::Require(value <= last, "a record has a value that there is not");
  }
}

}  // namespace

// Found by the archives through the types of their arguments.

template <class Archive>
void Fields(Archive& archive, BehaviorSample& sample) {
  archive(sample.time_ns);
  archive(sample.position_m);
  archive(sample.velocity_m_s);
  archive(sample.engaged);
  archive(sample.target_position_m);
  archive(sample.target_radius_m);
  archive(sample.reward);
}

template <class Archive>
void Fields(Archive& archive, TrialBoundary& boundary) {
  archive(boundary.time_ns);
  Choice(archive, boundary.kind, TrialBoundary::Kind::kStop);
}

template <class Archive>
void Fields(Archive& archive, Chunk& chunk) {
  archive(chunk.sequence_number);
  archive(chunk.complete_until_ns);
  archive(chunk.client_send_time_ns);
  Spikes(archive, chunk.spikes, chunk.complete_until_ns);
  archive(chunk.has_counts);
  archive(chunk.counts_start_time_ns);
  archive(chunk.counts);
  archive(chunk.behavior);
  archive(chunk.trial_boundaries);
}

template <class Archive>
void Fields(Archive& archive, LearnRecord& record) {
  // One byte, as the flag that old recordings have in its place, and other bits of it.
  constexpr std::uint8_t kShown = 1, kKnown = 2, kLearnt = 4;
  std::uint8_t driver = 0;
  if (record.driver) {
    driver = kShown;
    if (record.driver_learnt) driver |= *record.driver_learnt ? kKnown | kLearnt : kKnown;
  }
  archive(driver);
  if constexpr (Archive::kReads) {
    record.driver = driver != 0;
    if (driver & kKnown) record.driver_learnt = (driver & kLearnt) != 0;
  }
  archive(record.shadows);
}

template <class Archive>
void Fields(Archive& archive, Command& command) {
  archive(command.bin_index);
  archive(command.bin_stop_time_ns);
  Choice(archive, command.status, CommandStatus::kFault);
  archive(command.velocity_m_s);
}

template <class Archive>
void Fields(Archive& archive, BinRecord& bin) {
  archive(bin.inputs.stopped);
  archive(bin.inputs.learning);
  archive(bin.inputs.arm);
  archive(bin.command);
  Choice(archive, bin.withheld, Withheld::kStale);
  archive(bin.decode_ns);
  archive(bin.respond_ns);
  archive(bin.missed_deadline);
  archive(bin.learnt);
}

template <class Archive>
void Fields(Archive& archive, ChunkRecord::ChangeMark& mark) {
  archive(mark.bin);
  archive(mark.number);
}

template <class Archive>
void Fields(Archive& archive, ChunkRecord::BoundaryMark& mark) {
  archive(mark.bin);
  archive(mark.boundary);
}

template <class Archive>
void Fields(Archive& archive, ChunkRecord& record) {
  archive(record.ignored);
  archive(record.first_bin_index);
  archive(record.bins);
  archive(record.changes);
  archive(record.boundaries);
}

template <class Archive>
void Fields(Archive& archive, AppliedChunk& applied) {
  archive(applied.chunk);
  archive(applied.record);
}

template <class Archive>
void Fields(Archive& archive, Learnt& learnt) {
  archive(learnt.record);
}

template <class Archive>
void Fields(Archive& archive, CheckpointMark& mark) {
  archive(mark.number);
}

template <class Archive>
void Fields(Archive& archive, ArmUpdateRecord& update) {
  archive(update.message);
}

template <class Archive>
void Fields(Archive& archive, TrialEventsRecord& events) {
  archive(events.message);
}

template <class Archive>
void Fields(Archive& archive, CommandRecord& record) {
  archive(record.command);
}

template <class Archive>
void Fields(Archive& archive, Gap& gap) {
  archive(gap.num_records);
}

namespace {

template <class... Parts>
bool Append(RecordKind kind, std::int64_t time_unix_ns, std::vector<char>* bytes,
            const Parts&... parts) noexcept {
  const std::size_t begin = bytes->size();
  ByteWriter writer(bytes);
  writer(std::uint32_t{0});
  writer(kind);
  writer(time_unix_ns);
  (writer(parts), ...);
  if (writer.overflowed()) {
    bytes->resize(begin);
    return false;
  }
  const auto length = static_cast<std::uint32_t>(bytes->size() - begin - kFrameBytes);
  std::memcpy(bytes->data() + begin, &length, sizeof length);
  return true;
}

template <class T>
Record Read(std::int64_t time_unix_ns, ByteReader* reader) {
  Record record{time_unix_ns, T()};
  (*reader)(std::get<T>(record.what));
  ByteReader::Require(reader->empty(), "a record is longer than its fields");
  return record;
}

}  // namespace

bool AppendChunk(const Chunk& chunk, const ChunkRecord& record, std::int64_t time_unix_ns,
                 std::vector<char>* bytes) noexcept {
  return Append(RecordKind::kChunk, time_unix_ns, bytes, chunk, record);
}

template <class T>
bool AppendRecord(const T& what, std::int64_t time_unix_ns, std::vector<char>* bytes) noexcept {
  return Append(T::kKind, time_unix_ns, bytes, what);
}
template bool AppendRecord(const Learnt&, std::int64_t, std::vector<char>*) noexcept;
template bool AppendRecord(const CheckpointMark&, std::int64_t, std::vector<char>*) noexcept;
template bool AppendRecord(const ArmUpdateRecord&, std::int64_t, std::vector<char>*) noexcept;
template bool AppendRecord(const TrialEventsRecord&, std::int64_t, std::vector<char>*) noexcept;
template bool AppendRecord(const CommandRecord&, std::int64_t, std::vector<char>*) noexcept;
template bool AppendRecord(const Gap&, std::int64_t, std::vector<char>*) noexcept;

std::optional<Record> RecordCursor::Next() {
  if (bytes_.empty()) return std::nullopt;
  std::uint32_t length = 0;
  bytes_(length);
  ByteReader record(bytes_.Take(length));
  RecordKind kind{};
  std::int64_t time_unix_ns = 0;
  record(kind);
  record(time_unix_ns);
  switch (kind) {
    case RecordKind::kChunk:
      return Read<AppliedChunk>(time_unix_ns, &record);
    case RecordKind::kLearnt:
      return Read<Learnt>(time_unix_ns, &record);
    case RecordKind::kCheckpoint:
      return Read<CheckpointMark>(time_unix_ns, &record);
    case RecordKind::kArmUpdate:
      return Read<ArmUpdateRecord>(time_unix_ns, &record);
    case RecordKind::kTrialEvents:
      return Read<TrialEventsRecord>(time_unix_ns, &record);
    case RecordKind::kCommand:
      return Read<CommandRecord>(time_unix_ns, &record);
    case RecordKind::kGap:
      return Read<Gap>(time_unix_ns, &record);
  }
  throw DamagedRecord("a record is of no kind that there is");
}

}  // namespace efferent

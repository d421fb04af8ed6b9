#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "decoder/intention.h"
#include "decoder/types.h"
#include "server/loop/chunk.h"

namespace efferent {

/// What a bin is decoded with that is not in its chunk, but for decoders that were changed and
/// boundaries of trials.
struct BinInputs {
  bool stopped = false;               ///< The arm was stopped since the bin before.
  std::optional<bool> learning;       ///< Learning was switched on or off.
  std::optional<BehaviorSample> arm;  ///< Latest state of the arm stream.
};

/// Why a bin's velocity was not published.
enum class Withheld : std::uint8_t {
  kNo,       ///< It was.
  kStopped,  ///< The arm was stopped meanwhile: zero velocity was published.
  kStale,    ///< The bin was older than TimingParams::stale_after_ns: the arm was stopped.
};

/// Who learnt from a bin. The clock has its say in that, so it is written down.
struct LearnRecord {
  bool driver = false;        ///< It was shown the bin and its label.
  std::uint32_t shadows = 0;  ///< The same of each shadow: one bit for each slot.
  /// Whether the driver learnt from what it was shown: not without a label, nor frozen. Absent in old recordings.
  std::optional<bool> driver_learnt;
};

/// One bin: what went in beside the chunk, and what came out.
struct BinRecord {
  BinInputs inputs;
  Command command;  ///< As it was decoded.
  Withheld withheld = Withheld::kNo;
  std::int64_t decode_ns = 0;   ///< From spikes to command.
  std::int64_t respond_ns = 0;  ///< From the chunk's arrival to the command.
  bool missed_deadline = false;
  std::optional<LearnRecord> learnt;  ///< Absent: not yet, as with a chunk's last bin.
};

/// What became of a chunk, bin by bin. Reused, so that it allocates only while it grows.
struct ChunkRecord {
  /// A change of decoders, or a boundary that the arm stream reported, before bin `bin` of the chunk.
  struct ChangeMark {
    std::size_t bin = 0;
    std::uint64_t number = 0;  ///< DecoderChange::number.
  };
  struct BoundaryMark {
    std::size_t bin = 0;
    TrialBoundary boundary;
  };

  bool ignored = false;  ///< Was applied before, or came too late.
  std::uint64_t first_bin_index = 0;
  std::vector<BinRecord> bins;
  std::vector<ChangeMark> changes;       ///< In the order in which they were carried out.
  std::vector<BoundaryMark> boundaries;  ///< In the order in which they came.

  void Clear() {
    ignored = false;
    first_bin_index = 0;
    bins.clear();
    changes.clear();
    boundaries.clear();
  }
};

}  // namespace efferent

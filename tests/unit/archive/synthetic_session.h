#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/archive/nwb/file_description.h"
#include "clients/archive/nwb/nwb_export.h"
#include "efferent/v1/recording.pb.h"

namespace efferent::test {

/// Width of a bin of a SyntheticSession, nanoseconds: no whole number of milliseconds.
inline constexpr std::int64_t kSyntheticWidthNs = 16'666'667;
inline constexpr int kSyntheticBins = 12;
inline constexpr int kSyntheticChannels = 3;

/// A recorded session as a server tells it.
struct SyntheticSession {
  v1::GetRecordingResponse answer;
  std::vector<v1::RecordedItem> items;
};

/// What the spikes of a session are.
enum class SyntheticSpikes { kCounts, kEvents };

/// Twelve bins in chunks of two: counts (k + c / 3 in bin k of channel c) or events (k + c of them,
/// the last first). Two trials, `one` in bins 1 to 5 (a success) and `two` from bin 6 on, which is
/// under way at the end. Positions, velocities, targets and commands are fractions that no text has;
/// bin 0 has no arm, bin 4 no target, bin 8 no measured velocity. Learning is switched off with bin 3,
/// the decoder swapped with bin 7; the server notes a fault after bin 9, and two HELD commands follow
/// bin 5. A chunk that was ignored, and records that are missing, come before bin 10.
SyntheticSession MakeSyntheticSession(SyntheticSpikes spikes);

/// Bin k of it.
v1::RecordedBin& SyntheticBin(SyntheticSession* session, int bin);

/// Writes a session to `path`; returns what went into it.
archive::ExportTotals Export(const SyntheticSession& session, const std::string& path,
                             const archive::FileDescription& description = {});

}  // namespace efferent::test

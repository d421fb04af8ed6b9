#pragma once

#include <string>
#include <vector>

#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"

namespace efferent {

/// Trials of /intervals/trials on the grid of bins: a trial has the bins that start in [start_time,
/// stop_time). Trials without a bin are left out, and so are those whose times are not finite; a
/// trial that runs into the next is cut there. What was left out or cut is added to `notes`. None
/// if the file has no such table.
/// @throws InputError if the table is inconsistent.
std::vector<RecordedTrial> ReadTrials(const NwbFile& file, const BinGrid& grid,
                                      std::vector<std::string>* notes);

/// Fills in the conditions: a run of successive trials of one type is a condition, numbered if its
/// type comes in several runs: `baselineEvaluation#1`, `#2`. A type in more than `kMaxRuns` runs is
/// interleaved with others: it is one condition.
void NameConditions(std::vector<RecordedTrial>* trials);
inline constexpr int kMaxRuns = 9;

}  // namespace efferent

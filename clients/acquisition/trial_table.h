#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/finding.h"
#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"

namespace efferent {

/// A row of a table of trials, on the file's clock.
struct TrialRow {
  double start_s = 0.0;
  double stop_s = 0.0;  ///< After start_s; infinite: open, to the end of the recording.
  std::string trial_type;
  std::optional<bool> success;
  std::optional<bool> instability;
};

/// The trials of /intervals/NAME in order of their starts; none if `name` is `none`, or not given and
/// the file has no /intervals/trials. A row whose start is not finite, or that stops before it starts,
/// is dropped. A row without a stop (NaN, or no such column) ends where the next begins. trial_type
/// may hold text or numbers, success numbers, booleans or words; a column that is neither, or has
/// another length than start_time, is left out. All that is said in `findings`.
/// @throws InputError if `name` is given and there is no such table, or no start_time in it.
std::vector<TrialRow> ReadTrialRows(const NwbFile& file, const std::optional<std::string>& name,
                                    Findings* findings);

/// Trials on the grid of bins: a trial has the bins that start in [start_s, stop_s). Those without a
/// bin are left out; a trial that runs into the next is cut there.
std::vector<RecordedTrial> PlaceTrials(const std::vector<TrialRow>& rows, const BinGrid& grid,
                                       Findings* findings);

/// Fills in the conditions: a run of successive trials of one type is a condition, numbered if its
/// type comes in several runs: `baselineEvaluation#1`, `#2`. A type in more than `kMaxRuns` runs is
/// interleaved with others: it is one condition.
void NameConditions(std::vector<RecordedTrial>* trials);
inline constexpr int kMaxRuns = 9;

}  // namespace efferent

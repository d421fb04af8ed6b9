#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"
#include "clients/acquisition/time_span.h"

namespace efferent {

/// A counts matrix and the bins that it has.
struct RecordedCounts {
  CountMatrix matrix;
  BinGrid grid;
  std::vector<bool> observed;  ///< Bins that have a row; empty: all.
  std::int64_t num_negative = 0;
};

/// Reads every row once: a bad count in the last bin is found now, and not after an hour.
/// `electrodes`: a boolean column of the electrodes table, `all`, or not set: the column `base` if
/// there is one, else all. `behavior`: when there was behaviour, if that is known.
/// @throws InputError if it is no matrix [bins x channels] of finite numbers, or its bins are not
/// evenly spaced; or if it looks transposed: its columns would last as long as the behaviour, and its
/// rows do not.
RecordedCounts ReadCounts(std::shared_ptr<const NwbFile> file, const NwbSeries& series,
                          const std::optional<std::string>& electrodes,
                          const std::optional<TimeSpan>& behavior, Findings* findings);

}  // namespace efferent

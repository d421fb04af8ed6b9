#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/acquisition/bin_sampling.h"
#include "clients/acquisition/finding.h"
#include "clients/acquisition/nwb_file.h"
#include "clients/acquisition/recording.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/acquisition/time_span.h"

namespace efferent {

/// Reads the behaviour of a recording: first the series, as they lie in the file, then their values
/// bin by bin.
class BehaviorReader {
 public:
  /// Chooses the series and reads them. All that is referred to must outlive the reader.
  /// @throws InputError if a series that the options name is not there or cannot be read, or has not
  /// as many dimensions as the position.
  BehaviorReader(const NwbFile& file, const std::vector<NwbSeries>& series,
                 const RecordingOptions& options, Findings* findings);

  /// From the first to the last finite sample of the position, or of the velocity if there is no
  /// position; nothing if there is neither.
  std::optional<TimeSpan> span() const;

  /// Fills in the behaviour of `recording`, whose grid, trials and observed bins are set: in metres,
  /// masked where spikes were not observed. `spikes`: for the message.
  /// @throws InputError with both spans if there is not one bin with a position or a velocity.
  void PlaceOn(const BinGrid& grid, const TimeSpan& spikes, Recording* recording) const;

 private:
  struct Quantity {
    NwbSeries series;
    NwbSamples samples;
  };
  const NwbSeries* Choose(const std::optional<std::string>& wanted, const char* option,
                          const NwbSeries* guess);
  std::optional<Quantity> Read(const NwbSeries* series, const char* what);
  std::optional<Quantity> ReadLike(const NwbSeries* series, const char* what);
  void PlaceKinematics(const BinGrid& grid, Recording* recording) const;
  void RequireSomeKnown(const TimeSpan& spikes, Recording* recording) const;
  void PlaceEngaged(const BinGrid& grid, Recording* recording) const;

  const NwbFile& file_;
  const std::vector<NwbSeries>& series_;
  const RecordingOptions& options_;
  Findings* findings_;
  std::uint64_t num_dimensions_ = 0;
  std::optional<Quantity> position_, velocity_, target_, radius_, recorded_, engaged_;
};

}  // namespace efferent

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/archive/nwb/table_output.h"
#include "efferent/v1/behavior.pb.h"

namespace efferent::archive {

/// Puts together trials from their beginnings and ends, as the decoder met them. A trial without an
/// end ends where the next one begins, or with the recording, and whether it succeeded is not known; an end without a
/// beginning, which a gap can leave, is none.
class TrialRows {
 public:
  explicit TrialRows(std::int64_t bin_width_ns) : bin_width_ns_(bin_width_ns) {}

  /// Takes the next event. `decoded_until_ns`: end of the last bin that had been decoded when it came;
  /// it took effect with the first bin that starts at or after both.
  void Add(const v1::TrialEvent& event, std::int64_t decoded_until_ns);

  std::size_t num_trials() const { return rows_.size(); }

  /// Writes `/intervals/trials`, if there are any. `end_ns`: end of the recording.
  void Write(std::int64_t end_ns, Hdf5Output* file);

 private:
  void WriteSuccess(TableOutput* table) const;
  struct Row {
    std::int64_t start_ns = 0;
    std::int64_t stop_ns = 0;
    std::int64_t reported_start_ns = 0;
    std::optional<std::int64_t> reported_stop_ns;
    std::string condition;
    std::optional<bool> success;  // absent: it was never reported
    std::int64_t trial_index = 0;
  };

  std::int64_t bin_width_ns_;
  std::vector<Row> rows_;
  bool under_way_ = false;  // the last one
};

}  // namespace efferent::archive

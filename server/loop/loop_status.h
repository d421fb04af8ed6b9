#pragma once

#include <cstdint>
#include <optional>

#include "decoder/types.h"

namespace efferent {

/// How a control loop is going. Counts are since its creation.
struct LoopStatus {
  std::uint64_t applied_sequence_number = 0;  ///< 0: none.
  TimeNs decoded_until_ns = 0;                ///< End of the last decoded bin.
  bool learning_enabled = false;
  std::uint64_t decoded_bin_count = 0;
  std::uint64_t missed_bin_count = 0;
  std::uint64_t learned_bin_count = 0;
  std::uint64_t late_event_count = 0;
  std::uint64_t duplicate_chunk_count = 0;
  std::uint64_t missing_chunk_count = 0;
  std::uint64_t fault_count = 0;
  std::optional<double> mean_squared_error_m2_s2;
};

}  // namespace efferent

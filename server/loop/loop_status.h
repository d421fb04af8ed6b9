#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "decoder/types.h"
#include "server/loop/decoder_change.h"

namespace efferent {

/// How a control loop is going. Counts are since its creation.
struct LoopStatus {
  std::uint64_t applied_sequence_number = 0;  ///< 0: none.
  TimeNs decoded_until_ns = 0;                ///< End of the last decoded bin.
  bool learning_enabled = false;
  std::uint64_t decoded_bin_count = 0;
  std::uint64_t missed_bin_count = 0;
  std::uint64_t learned_bin_count = 0;
  std::uint64_t skipped_learning_count = 0;
  std::uint64_t missed_deadline_count = 0;
  std::uint64_t stale_bin_count = 0;
  std::uint64_t late_event_count = 0;
  std::uint64_t duplicate_chunk_count = 0;
  std::uint64_t missing_chunk_count = 0;
  std::uint64_t late_chunk_count = 0;
  std::uint64_t fault_count = 0;
  std::uint64_t learning_rollback_count = 0;
  RollbackReason learning_rollback_reason = RollbackReason::kNone;  ///< Of the last one.
  std::uint64_t rejected_label_count = 0;
  std::optional<double> firing_rate_hz;
  std::optional<double> weight_norm;

  DecoderScore driver;
  std::array<DecoderScore, Shadows::kMax> shadows;  ///< By slot.
  std::uint64_t driver_since_bin_index = 0;         ///< First bin of the one that drives now.
  std::uint64_t decoder_change_count = 0;           ///< Changes carried out.

  std::uint64_t implausible_bin_count = 0;
  InputVerdict input_verdict = InputVerdict::kPlausible;  ///< Of the last bin.
  std::uint32_t masked_channel_count = 0;                 ///< At present.
  std::uint32_t ever_masked_channel_count = 0;

  /// How late the last bin was if it was stale; else nothing.
  std::optional<std::int64_t> stale_by_ns;
};

}  // namespace efferent

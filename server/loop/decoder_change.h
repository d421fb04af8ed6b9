#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "decoder/learner.h"
#include "decoder/shadows.h"

namespace efferent {

/// A change of a session's decoders, made ready by whoever asks for it and carried out by the control
/// loop between two bins.
struct DecoderChange {
  enum class Kind { kSwap, kAddShadow, kRemoveShadow, kPromoteShadow };
  Kind kind = Kind::kSwap;
  std::uint64_t number = 0;  ///< What a journal knows it by.
  int slot = 0;              ///< Of the shadow, 0 to Shadows::kMax - 1.
  std::unique_ptr<Learner>
      learner;          ///< With kSwap and kAddShadow; afterwards what has been retired.
  bool frozen = false;  ///< With kAddShadow.
  bool twin = false;    ///< With kAddShadow: takes over the driver's weights.
};

/// How one decoder of a session is doing.
struct DecoderScore {
  std::uint64_t scored_bin_count = 0;
  std::uint64_t learned_bin_count = 0;
  std::uint64_t skipped_bin_count = 0;  ///< Of a shadow: bins that it was not shown.
  std::optional<double> mean_squared_error_m2_s2;
};

}  // namespace efferent

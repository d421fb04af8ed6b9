#pragma once

#include <cstdint>

#include "decoder/kernels/kernels.h"

namespace efferent::bench {

/// Runs the whole step with the default decoder, learning, for `num_bins` bins of 10 ms and prints
/// what it took from the heap and how much its resident memory grew.
/// @throws std::runtime_error if it took or grew anything, or if the weights are not finite.
void CheckSteadyState(std::int64_t num_bins, const kernels::Kernels& kernels, std::uint64_t seed);

}  // namespace efferent::bench

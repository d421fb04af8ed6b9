#pragma once

#include <vector>

#include "decoder/kernels/kernels.h"

namespace efferent {

/// Every set of kernels that this processor can run, the portable one first.
inline std::vector<kernels::Kernels> SupportedKernels() {
  std::vector<kernels::Kernels> all;
  for (const auto set : {kernels::InstructionSet::kPortable, kernels::InstructionSet::kAvx2}) {
    if (kernels::IsSupported(set)) all.emplace_back(set);
  }
  return all;
}

}  // namespace efferent

#pragma once

#include <string>

namespace efferent {

/// Which client this process is, for AcquisitionOpen and ArmOpen: drawn once, so that the server knows whoever opens
/// a stream again. Thread-safe.
const std::string& ProcessClientId();

}  // namespace efferent

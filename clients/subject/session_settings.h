#pragma once

#include <cstdint>
#include <string>

#include "clients/subject/brain_params.h"
#include "efferent/v1/config.pb.h"

namespace efferent::subject {

/// The settings of a session that suit a simulated user, see suitable_settings.h. What is not set
/// keeps the server's default. `lockstep`: silence of the wall clock means nothing then,
/// so the watchdog gets patience.
v1::SessionConfig SuitableSessionConfig(const UserParams& user, const std::string& decoder,
                                        std::uint32_t num_channels, std::int64_t bin_width_ns,
                                        bool lockstep);

}  // namespace efferent::subject

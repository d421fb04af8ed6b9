#pragma once

#include <cstdint>
#include <string>

#include "efferent/v1/config.pb.h"

namespace efferent::subject {

enum class UserKind { kOps, kDelayed };

/// The settings of a session that suit a simulated user; the one place where they are chosen. What
/// is not set keeps the server's default. `decoder`: one of DecoderNames(). `lockstep`: silence of the wall clock means nothing then,
/// so the watchdog gets patience.
v1::SessionConfig SuitableSessionConfig(UserKind user, const std::string& decoder,
                                        std::uint32_t num_channels, std::int64_t bin_width_ns,
                                        bool lockstep);

}  // namespace efferent::subject

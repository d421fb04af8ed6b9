#pragma once

#include <optional>
#include <string>

#include "clients/acquisition/length_scale.h"
#include "clients/acquisition/recording.h"
#include "efferent/v1/session.pb.h"

namespace efferent {

/// What a user says about the session that a recording is streamed to. Not set: what the file of
/// settings says, or the server's default.
struct SessionOptions {
  std::optional<std::string> config_path;  ///< Settings to begin with, see ReadSessionConfig.
  std::optional<std::string> decoder;      ///< One of DecoderNames().
  std::optional<std::string> effect;  ///< `trial` or `bin`; with neither a file nor this: `trial`.
  bool learning = true;               ///< False: frozen from the start.
  std::optional<std::string> subject_code;
};

/// Settings of a session for `recording`: its channels, bins and dimensions; labels from the target
/// if there is one, else from the kinematics. A kalman decoder with gains of its own gets plain
/// counts unless the file says otherwise: the gains know nothing of a normalisation.
/// @throws InputError if the file of settings is wrong, or contradicts the recording.
v1::SessionConfig MakeSessionConfig(const SessionOptions& options, const Recording& recording);

/// Sets limits.max_speed_m_s and limits.max_acceleration_m_s2 to what labels that are measured velocities
/// ask for (LimitsThatFit), where `config` does not have them.
void FitLimits(const SpeedLimits& limits, v1::SessionConfig* config);

/// How the session's scores come about: `prequential-trials`, `prequential-bins` or `frozen`
/// (nothing is learnt). `config`: with defaults filled in, as the server returned it.
std::string ProtocolName(const v1::SessionConfig& config);

}  // namespace efferent

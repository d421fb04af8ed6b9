#pragma once

#include <string_view>
#include <vector>

#include "clients/subject/brain_params.h"

namespace efferent::subject {

/// The velocity that a decoder is taught to have meant; see IntentionParams in decoder/intention.h
/// and LearningConfig in the contract, which have fields of these names.
struct LabelRule {
  double intended_speed_m_s = 0.0;
  double slowing_distance_m = 0.0;
  double response = 1.0;
};

/// Never felt (0.2 m/s within a bin of 10 ms would be 20 m/s^2), but a bound all the same.
inline constexpr double kSuitableMaxAccelerationMS2 = 100.0;

/// A parameter of a decoder by its name, the same in DecoderParams and in the contract; decoders that
/// have no such parameter do without.
struct DecoderSetting {
  std::string_view field;
  double value = 0.0;
};

/// What a lab would set for a user and a decoder: plain facts, from which sessions on the wire and
/// decoders in a process are set up alike.
struct SuitableSettings {
  LabelRule label;
  std::vector<DecoderSetting> decoder;
  double smoothing_tau_s = 0.0;  ///< Of the features.
  double max_speed_m_s = 1.0;    ///< Limit of the arm.
};

/// The settings that suit a user; the one place where they are chosen. `decoder`: its name. Velocity
/// filters (those whose name ends in `kalman`) are told where the user wants to go, and all others,
/// which add what they decode to a share of the last command, which velocity is wanted next.
SuitableSettings SuitableFor(const UserParams& user, std::string_view decoder, TimeNs bin_width_ns);

}  // namespace efferent::subject

#pragma once

#include "clients/subject/brain_params.h"

namespace efferent::subject {

/// The velocity that a decoder is taught to have meant; see IntentionParams in decoder/intention.h
/// and LearningConfig in the contract, which have fields of these names.
struct LabelRule {
  double intended_speed_m_s = 0.0;
  double slowing_distance_m = 0.0;
  double response = 1.0;
};

/// What a lab would set for a user: plain facts, from which sessions on the wire and decoders in a
/// process are set up alike.
struct SuitableSettings {
  /// For decoders that add what they decode to the last command: those with a field `output_leak`.
  LabelRule adding_label;
  /// For the others.
  LabelRule plain_label;
  double output_leak = 0.0;  ///< For decoders that have the field.
  double tau_out_s = 0.0;    ///< For decoders that have the field: filter on what they read out.
  double smoothing_tau_s = 0.0;  ///< Of the features, with decoders that add.
};

/// The settings that suit a user; the one place where they are chosen.
SuitableSettings SuitableFor(const UserParams& user, TimeNs bin_width_ns);

}  // namespace efferent::subject

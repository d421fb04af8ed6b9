#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/condition.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/subject/brain.h"

namespace efferent::closed_loop {

/// Steers the cursor by what comes from a brain.
class Pilot {
 public:
  virtual ~Pilot() = default;
  virtual void OnTrialStart() {}
  virtual void OnTrialStop() {}
  virtual void SetLearning(bool /*enabled*/) {}

  /// Velocity, m/s, during the bin that starts with `seen`; the spikes are those of the bin.
  virtual Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
                     const std::vector<subject::SpikeEvent>& spikes) = 0;
};

/// A decoder behind the step of the service.
/// @throws InvalidParameters naming the field out of bounds.
std::unique_ptr<Pilot> MakeDecoderPilot(const NamedDecoder& decoder, const Condition& condition);

/// No decoder: the arm does what the user wants. The floor of a condition, for comparison.
std::unique_ptr<Pilot> MakeIntentPilot();
inline constexpr const char* kIntent = "intent";

/// `NAME.FIELD=VALUE` for what suits a condition's user, for those of `decoders` that have such
/// fields; see subject::SuitableFor. For ChooseDecoders, before what the caller sets.
std::vector<std::string> SuitableDecoderSettings(const std::vector<NamedDecoder>& decoders,
                                                 const Condition& condition);

}  // namespace efferent::closed_loop

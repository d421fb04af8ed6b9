#pragma once

#include <memory>
#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/condition.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/subject/brain.h"
#include "decoder/step.h"

namespace efferent::closed_loop {

/// Arm and task as the subject sees them, as a label is made from them and as a lab knows them: where
/// the arm is in space, wherever the task is done.
BehaviorSample ToBehavior(const subject::Observation& seen);
/// The first three dimensions of a command's velocity, m/s.
subject::Vec3 ToSpace(const TaskVector& velocity_m_s);

/// Steers the cursor by what comes from a brain.
class Pilot {
 public:
  virtual ~Pilot() = default;
  virtual void OnTrialStart() {}
  virtual void OnTrialStop() {}
  virtual void SetLearning(bool /*enabled*/) {}

  /// Velocity, m/s, during the bin that starts with `seen`; the spikes are those of the bin.
  virtual subject::Vec3 Steer(const subject::Observation& seen, const subject::Brain& brain,
                              const std::vector<subject::SpikeEvent>& spikes) = 0;
};

/// A decoder and the step around it, set up for a condition.
struct PreparedDecoder {
  NamedDecoder decoder;
  StepParams step;
};

/// The decoders that `options` names, with what suits the condition's user (subject::SuitableFor), and
/// over that what the options set: a decoder's own fields, or `features.*`, `learning.*`, `limits.*`
/// for all of them.
/// @throws InputError if decoders or settings make no sense.
std::vector<PreparedDecoder> PrepareDecoders(const DecoderOptions& options,
                                             const Condition& condition);

/// A decoder behind the step of the service.
std::unique_ptr<Pilot> MakeDecoderPilot(const PreparedDecoder& decoder);

/// No decoder: the arm does what the user wants.
std::unique_ptr<Pilot> MakeIntentPilot();
inline constexpr const char* kIntent = "intent";

/// No decoder: the arm does, within its limits, what decoders that add are taught, from when the user
/// wants something. The floor of what can be learnt.
std::unique_ptr<Pilot> MakeLabelPilot(const Condition& condition);
inline constexpr const char* kLabel = "label";

}  // namespace efferent::closed_loop

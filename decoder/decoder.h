#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>
#include <string_view>

#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Features in, intended velocity out, one bin at a time; learns from labels. Construction may do
/// anything; all other members but Clone and VisitState are real-time safe (no allocation, lock,
/// I/O, log or throw). Not thread-safe.
class Decoder {
 public:
  virtual ~Decoder() = default;

  /// Name in configurations, for example `snn`.
  virtual std::string_view name() const = 0;

  /// Whether Learn can change anything.
  virtual bool learns() const noexcept { return true; }

  /// Where the arm is at the bin that is decoded next, m, if known. Called before each Decode by who
  /// knows; a decoder that does not ask ignores it.
  virtual void OnPosition(const std::optional<TaskVector>& /*position_m*/) noexcept {}

  /// Advances by one bin. features: num_channels. Returns velocity, m/s; possibly not finite: the
  /// caller checks.
  virtual TaskVector Decode(const Eigen::VectorXf& features) noexcept = 0;

  /// Learns from the bin that was decoded last; call it once after each Decode while learning.
  /// Without a label (no intention is known) only what learning remembers of the past advances. The
  /// label is finite.
  virtual void Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept = 0;

  /// The velocity that was commanded for the bin that was decoded (and learnt from) last: the
  /// decoder's own within the limits, or zero if the arm was stopped. A decoder that continues from
  /// its last output continues from this.
  virtual void OnCommand(const TaskVector& /*velocity_m_s*/) noexcept {}

  /// A trial begins: activity (membranes, traces, last output) goes back to its start; weights
  /// stay.
  virtual void ResetActivity() noexcept = 0;

  /// Takes over the weights (all that decoding depends on but activity) of a decoder built with the
  /// same parameters.
  virtual void CopyWeightsFrom(const Decoder& other) noexcept = 0;

  /// Forgets the evidence behind the weights (optimiser moments, covariances), which may be spoilt;
  /// weights stay.
  virtual void ForgetEvidence() noexcept = 0;

  /// Whether all weights are finite.
  virtual bool IsHealthy() const noexcept = 0;

  /// Mean firing rate of its own neurons over the last second or so, Hz, if it has any.
  virtual std::optional<double> firing_rate_hz() const noexcept { return std::nullopt; }

  /// Euclidean norm of the weights, if it has any; takes time in proportion to their number.
  virtual std::optional<double> weight_norm() const noexcept { return std::nullopt; }

  /// All that it remembers between two bins, once the last is learnt from; see StateVisitor.
  virtual void VisitState(StateVisitor& visitor) = 0;

  /// An equal decoder. Allocates.
  virtual std::unique_ptr<Decoder> Clone() const = 0;
};

}  // namespace efferent

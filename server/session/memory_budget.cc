#include "server/session/memory_budget.h"

#include <algorithm>
#include <cmath>

#include "server/journal/session_journal.h"

namespace efferent {
namespace {

constexpr double kFloat = sizeof(float), kDouble = sizeof(double);
/// What padding, small vectors and the allocator add.
constexpr double kSlack = 1.1;
constexpr double kSmallThingsBytes = 64 << 10;
/// Streams, mailboxes, histograms, statistics.
constexpr double kSessionBytes = 1 << 20;

double Square(double x) { return x * x; }

/// Lower half of a symmetric matrix, in tiles: up to a tile more on each side.
double LeastSquaresBytes(double num_features) { return kDouble / 2.0 * Square(num_features + 8.0); }

/// Bytes of one decoder, but for what all have.
struct DecoderBytes {
  double channels, dimensions, bin_width_s;

  double operator()(const SnnParams& p) const {
    const double neurons = p.num_neurons;
    // Weights, two moments of Adam, filtered traces; traces of the adaptation.
    const double synapses = (neurons + 16.0) * (channels + neurons + 16.0);
    const double network = synapses * kFloat * (4.0 + p.adaptive_fraction);
    const double direct = p.readout_inputs ? channels + 1.0 : 0.0;
    const double features = neurons + direct + 1.0;
    if (p.readout == SnnReadout::kGradient) return network + 8.0 * kDouble * features * dimensions;
    if (p.readout == SnnReadout::kRls) return network + LeastSquaresBytes(features);
    const double modulated = direct + dimensions * direct;
    const double with_gain_fields =
        modulated <= ReadoutMixtureLimit() ? LeastSquaresBytes(modulated) : 0.0;
    return network +
           p.mixture_memories * (LeastSquaresBytes(features) + LeastSquaresBytes(direct) +
                                 with_gain_fields + 20.0 * kDouble * features * dimensions);
  }
  double operator()(const WienerParams& p) const {
    // See WienerParams::num_taps.
    const double taps = p.num_taps > 0
                            ? p.num_taps
                            : std::clamp(0.2 / bin_width_s, 1.0, std::max(1.0, 768.0 / channels));
    const double inputs = std::ceil(taps) * channels;
    return kDouble * (Square(inputs + 1.0) + 12.0 * (inputs + 1.0) * dimensions);
  }
  double operator()(const RlsParams&) const {
    return LeastSquaresBytes(channels + 1.0) + 12.0 * kDouble * channels * dimensions;
  }
  double operator()(const StabilizedKalmanParams& p) const {
    return kDouble * (Square(channels) + 16.0 * channels * (p.num_latents + dimensions + 4.0));
  }
  /// Kalman filters, NLMS: a few numbers for each channel.
  template <class Params>
  double operator()(const Params&) const {
    return kDouble * 9.0 * channels * dimensions;
  }

  static double ReadoutMixtureLimit() { return 520.0; }  // ReadoutMixture::kMostModulated, and some
};

}  // namespace

bool ReserveMemory(MemoryBudget* budget, double bytes, Budget::Share* share,
                   MemoryRefusal* refusal) {
  if (!budget || budget->Reserve(bytes, share)) return true;
  *refusal = {bytes, budget->reserved(), budget->reservable()};
  return false;
}

double EstimateDecoderBytes(const DecoderParams& params, const DecoderShape& shape) {
  const DecoderBytes bytes{static_cast<double>(shape.num_channels),
                           static_cast<double>(shape.num_dimensions),
                           1e-9 * static_cast<double>(shape.bin_width_ns)};
  return kSmallThingsBytes + kSlack * std::visit(bytes, params);
}

double EstimateLearnerBytes(const SessionSettings& settings) {
  const DecoderShape shape{settings.shape.num_channels, settings.shape.num_dimensions,
                           settings.shape.bin_width_ns};
  // What drives, the last good weights, and what learns until the trial ends.
  const double copies = settings.learning.effect == LearningEffect::kTrialEnd ? 3.0 : 2.0;
  return copies * EstimateDecoderBytes(settings.decoder, shape);
}

double EstimateSessionBytes(const SessionSettings& settings, bool is_recorded) {
  const double open_bins =
      kSlack * kFloat * (SpikeBinner::kMaxBinsAhead + 32.0) * settings.shape.num_channels;
  if (!is_recorded) return kSessionBytes + open_bins;
  constexpr double kBuffers = 16 << 20;  // of the journal: two, see Recorder::MakeJournal
  return kSessionBytes + open_bins + kBuffers + EstimateLearnerBytes(settings);
}

}  // namespace efferent

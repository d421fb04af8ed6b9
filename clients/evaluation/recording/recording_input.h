#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "clients/acquisition/recording.h"
#include "decoder/intention.h"
#include "decoder/step.h"
#include "decoder/types.h"

namespace efferent {

/// A recording as the step takes it, bin by bin: the very chunks that `efferent stream` would send,
/// of one bin each, turned into plain values as the server's control loop does. All of it is in
/// memory (bins x channels x 4 bytes for counts); const, so that many runs can share it.
class RecordingInput {
 public:
  /// `velocity_m_s`: goes into the behaviour samples, or empty. `block_s`: a recording without
  /// trials is cut into blocks of this length, in seconds, which serve as trials (activity goes on
  /// through their boundaries).
  /// @throws InputError if the file cannot be read any more; std::invalid_argument if block_s is
  /// not above 0.
  RecordingInput(Recording* recording, const PointTrack& velocity_m_s, double block_s);

  int num_channels() const { return num_channels_; }
  int num_dimensions() const { return num_dimensions_; }
  TimeNs bin_width_ns() const { return bin_width_ns_; }
  std::int64_t num_bins() const { return num_bins_; }

  /// The trials, or the blocks in their stead: in order, condition `all`.
  const std::vector<RecordedTrial>& trials() const { return trials_; }
  bool has_trials() const { return has_trials_; }

  /// What takes effect before bin `bin` is decoded: ends and beginnings of trials.
  void ApplyBoundaries(std::int64_t bin, Step* step) const;
  /// Adds the counts or spikes of bin `bin`.
  void AddSpikes(std::int64_t bin, Step* step) const;
  /// Adds all of them to channel 0 of a step with one channel.
  void AddSummedSpikes(std::int64_t bin, Step* step) const;
  /// Arm and task in bin `bin`; nothing if the recording does not have them.
  std::optional<BehaviorSample> behavior(std::int64_t bin) const;

 private:
  struct Boundary {
    std::int64_t bin;
    bool is_start;
  };

  void Load(Recording* recording, const PointTrack& velocity_m_s, double block_s);

  int num_channels_;
  int num_dimensions_;
  TimeNs bin_width_ns_;
  std::int64_t num_bins_;
  bool has_trials_;
  std::vector<RecordedTrial> trials_;
  std::vector<Boundary> boundaries_;      // In order of their bins.
  std::vector<float> counts_;             // Row-major, bins x channels; empty: events instead.
  std::vector<Spike> spikes_;             // In order of their bins.
  std::vector<std::size_t> first_spike_;  // Of each bin, and one more.
  std::vector<BehaviorSample> behavior_;  // One for each bin, or none at all.
};

}  // namespace efferent

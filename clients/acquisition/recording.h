#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "clients/acquisition/count_matrix.h"
#include "clients/acquisition/finding.h"

namespace efferent {

/// Most dimensions that a recording's behaviour may have.
inline constexpr std::size_t kMaxRecordedDimensions = 8;

/// Position (m) or velocity (m/s); dimensions that a recording lacks are 0.
using Point = std::array<double, kMaxRecordedDimensions>;

/// Name of a dimension in figures and messages: x, y, z, then d4 to d8.
std::string AxisName(std::size_t axis);

/// A value for each bin; no value where the recording has none. Empty: the recording lacks the
/// quantity.
using PointTrack = std::vector<std::optional<Point>>;

/// Spikes as events, in order of time.
struct SpikeEventList {
  std::vector<std::int64_t> times_ns;  ///< Since the start of the first bin.
  std::vector<std::uint32_t> channels;
};

/// A trial: bins [first_bin, stop_bin).
struct RecordedTrial {
  std::int64_t first_bin = 0;
  std::int64_t stop_bin = 0;
  std::string trial_type;  ///< As the file has it.
  std::string
      condition;  ///< The type, numbered if it comes in several runs: `baselineEvaluation#2`.
  std::optional<bool> success;
  std::optional<bool> instability;  ///< The recording was tampered with, as an experiment.
};

/// A recording cut into bins, ready to be streamed and scored. Times are nanoseconds since the
/// start of the first bin.
struct Recording {
  std::string path;
  double start_time_s = 0.0;  ///< Of the first bin, on the file's clock.
  double bin_width_s = 0.0;   ///< As exact as the file has it; `bin_width_ns` is rounded.
  std::int64_t bin_width_ns = 0;
  std::int64_t num_bins = 0;
  std::uint32_t num_channels = 0;
  int num_dimensions = 2;  ///< Of position and velocity, 1 to kMaxRecordedDimensions.
  std::variant<SpikeEventList, CountMatrix> spikes;
  bool has_negative_counts = false;
  /// Whether spikes were recorded in a bin; empty: in all. Other bins are decoded like silence, but
  /// neither learnt from nor scored: `engaged` is false there and no velocity is known.
  std::vector<bool> observed;

  std::vector<RecordedTrial> trials;  ///< In order, not overlapping; empty: none.

  PointTrack position_m;                               ///< At the start of the bin.
  PointTrack velocity_m_s;                             ///< Measured: mean over the bin.
  PointTrack target_m;                                 ///< At the start of the bin.
  std::vector<std::optional<double>> target_radius_m;  ///< The same; empty: not known.
  std::vector<bool> engaged;  ///< The cursor followed a decoder, or the subject performed the task.
  PointTrack recorded_velocity_m_s;  ///< What a decoder of the day put out.

  Findings findings;  ///< What was taken, guessed, dropped and masked.
  /// Why there is neither a position nor a velocity, and what was looked at; empty if there is.
  std::string why_no_behavior;

  bool has_position() const { return !position_m.empty(); }
  bool has_behavior() const { return has_position() || !velocity_m_s.empty(); }
  bool has_target() const { return !target_m.empty(); }
  bool is_observed(std::size_t bin) const { return observed.empty() || observed[bin]; }
  double duration_s() const { return static_cast<double>(num_bins) * bin_width_s; }
};

/// Length of the blocks that serve as trials in a recording without, seconds.
inline constexpr double kDefaultBlockS = 10.0;

/// The recording cut into blocks of `block_s` seconds, in whole bins; all have the condition `all`.
/// They serve as the trials of a recording without: what is learnt takes effect at the end of each.
/// @throws std::invalid_argument if block_s is not above 0.
std::vector<RecordedTrial> CutIntoBlocks(const Recording& recording, double block_s);

/// Velocity from the way covered during each bin; no value where the position is unknown at either
/// end, or spikes were not observed.
PointTrack DifferentiatePosition(const Recording& recording);

/// The velocity that goes with the behaviour samples: what the recording has; if it has none and
/// labels come from the kinematics, DifferentiatePosition.
PointTrack MeasuredVelocity(const Recording& recording, bool labels_from_kinematics);

/// What the recording is: a line for a person.
std::string DescribeRecording(const Recording& recording);

}  // namespace efferent

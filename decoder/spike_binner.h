#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <span>

#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Spike events to counts per bin and channel. Bin k covers [k w, (k + 1) w): a spike on the upper
/// edge belongs to the next bin. Holds the bin that is next to be taken and `kMaxBinsAhead - 1`
/// later ones. Real-time safe after construction; not thread-safe.
class SpikeBinner {
 public:
  /// Bins that can be open at once; also the longest chunk on the wire.
  static constexpr int kMaxBinsAhead = 64;

  /// @throws std::invalid_argument if `num_channels` < 1 or `bin_width_ns` < 1.
  SpikeBinner(int num_channels, TimeNs bin_width_ns);

  /// Adds spikes in any order of time. Channels must be < num_channels and times <
  /// next_bin_stop_ns() + (kMaxBinsAhead - 1) w (the caller has checked them; a violation is
  /// dropped and counted). A spike before the next bin is late: counted, not applied.
  void Add(std::span<const Spike> spikes) noexcept;

  /// Adds one row of counts to the next bin. Shape: num_channels.
  void AddCounts(std::span<const float> counts) noexcept;

  /// Closes the next bin and returns its counts, num_channels; valid until the next call.
  const Eigen::VectorXf& TakeBin() noexcept;

  /// Jumps to bin `bin_index` (>= next_bin_index()), dropping what is open. Returns how many bins
  /// were jumped over.
  std::uint64_t SkipTo(std::uint64_t bin_index) noexcept;

  std::uint64_t next_bin_index() const { return next_bin_; }
  TimeNs next_bin_start_ns() const { return static_cast<TimeNs>(next_bin_) * bin_width_ns_; }
  TimeNs next_bin_stop_ns() const { return next_bin_start_ns() + bin_width_ns_; }
  TimeNs bin_width_ns() const { return bin_width_ns_; }
  int num_channels() const { return static_cast<int>(taken_.size()); }
  std::uint64_t late_event_count() const { return late_events_; }
  std::uint64_t rejected_event_count() const { return rejected_events_; }

  /// See StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  TimeNs bin_width_ns_;
  std::uint64_t next_bin_ = 0;
  Eigen::MatrixXf open_;  // num_channels x kMaxBinsAhead, ring over columns
  Eigen::VectorXf taken_;
  std::uint64_t late_events_ = 0;
  std::uint64_t rejected_events_ = 0;
};

}  // namespace efferent

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace efferent {

/// Percentiles of durations in bounded memory: a histogram whose buckets are at most 1/128 of their
/// value wide, from 1 ns to 2^40 ns (18 min; longer counts as that). Not thread-safe; records
/// without allocating.
class LatencyRecorder {
 public:
  /// Records one duration, nanoseconds; negative counts as 0.
  void Record(std::int64_t duration_ns);

  std::int64_t count() const { return count_; }
  /// The smallest recorded duration that a share `p` (0 to 1) of all does not exceed, microseconds,
  /// to 0.8 %. Nothing without samples.
  std::optional<double> PercentileUs(double p) const;
  std::optional<double> MaxUs() const;

  /// "p50 203 us, p90 ..., p99 ..., max ... (n = 1,000)", or "no samples".
  std::string Describe() const;

 private:
  // Below 2^kSubBits every value has its own bucket; above, each octave has 2^(kSubBits - 1).
  static constexpr int kSubBits = 8;
  static constexpr int kMaxBits = 40;
  static constexpr int kNumBuckets =
      (1 << kSubBits) + (kMaxBits - kSubBits) * (1 << (kSubBits - 1));

  static int BucketOf(std::uint64_t value);
  static double MiddleOf(int bucket);

  std::array<std::int64_t, kNumBuckets> buckets_{};
  std::int64_t count_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace efferent

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace efferent {

/// Durations counted in buckets; see LatencyHistogram. What was read at one time: a plain value.
struct LatencyDistribution {
  /// Octaves from 2^kMinBits to 2^kMaxBits ns (64 ns to 17.2 s), kPerOctave equal buckets in each:
  /// a bucket is at most 1/8 of its values wide. One more below, one more above.
  static constexpr int kMinBits = 6;
  static constexpr int kMaxBits = 34;
  static constexpr int kSubBits = 3;
  static constexpr int kPerOctave = 1 << kSubBits;
  static constexpr std::size_t kNumBuckets = 2 + (kMaxBits - kMinBits) * kPerOctave;

  /// The bucket of a duration >= 0.
  static constexpr std::size_t BucketOf(std::uint64_t ns) {
    const int octave = std::bit_width(ns) - 1;
    if (octave < kMinBits) return 0;
    if (octave >= kMaxBits) return kNumBuckets - 1;
    // The leading one gives the octave, the kSubBits bits behind it the bucket in the octave.
    const std::uint64_t sub = (ns >> (octave - kSubBits)) - kPerOctave;
    return 1 + static_cast<std::size_t>((octave - kMinBits) * kPerOctave) + sub;
  }
  /// Where a bucket ends, exclusive, nanoseconds. Not of the last bucket, which has no end.
  static constexpr std::int64_t EndOf(std::size_t bucket) {
    if (bucket == 0) return std::int64_t{1} << kMinBits;
    const auto octave = kMinBits + static_cast<int>((bucket - 1) / kPerOctave);
    const auto sub = static_cast<std::int64_t>((bucket - 1) % kPerOctave);
    return (kPerOctave + sub + 1) << (octave - kSubBits);
  }

  std::array<std::uint64_t, kNumBuckets> counts{};
  std::uint64_t count = 0;  ///< Sum of `counts`.
  std::int64_t sum_ns = 0;
  std::int64_t max_ns = 0;

  /// A duration that a share `p` (0 to 1) of all does not exceed, nanoseconds: at least the smallest
  /// such, at most 1/8 more, never above `max_ns`. 0 without samples.
  std::int64_t Percentile(double p) const {
    const auto wanted =
        static_cast<std::uint64_t>(std::ceil(std::clamp(p, 0.0, 1.0) * static_cast<double>(count)));
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket + 1 < kNumBuckets; ++bucket) {
      seen += counts[bucket];
      if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(EndOf(bucket) - 1, max_ns);
    }
    return max_ns;
  }
};

/// Durations in bounded memory (2 kB): any number of threads record, any number read, nobody waits.
class LatencyHistogram {
 public:
  /// Counts one duration, nanoseconds; negative counts as 0. Real-time safe: three atomic additions,
  /// no allocation, no lock.
  void Record(std::int64_t ns) noexcept {
    const std::int64_t duration_ns = std::max<std::int64_t>(ns, 0);
    std::int64_t max_ns = max_ns_.load(std::memory_order_relaxed);
    while (duration_ns > max_ns &&
           !max_ns_.compare_exchange_weak(max_ns, duration_ns, std::memory_order_relaxed)) {
    }
    sum_ns_.fetch_add(duration_ns, std::memory_order_relaxed);
    // Last, and released: a reader that counts a sample also has it in sum and maximum.
    const auto bucket = LatencyDistribution::BucketOf(static_cast<std::uint64_t>(duration_ns));
    counts_[bucket].fetch_add(1, std::memory_order_release);
  }

  /// What has been recorded so far. `sum_ns` and `max_ns` hold all that is counted, and possibly what
  /// was recorded meanwhile.
  LatencyDistribution Read() const {
    LatencyDistribution distribution;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      distribution.counts[bucket] = counts_[bucket].load(std::memory_order_acquire);
      distribution.count += distribution.counts[bucket];
    }
    distribution.sum_ns = sum_ns_.load(std::memory_order_relaxed);
    distribution.max_ns = max_ns_.load(std::memory_order_relaxed);
    return distribution;
  }

 private:
  std::array<std::atomic<std::uint64_t>, LatencyDistribution::kNumBuckets> counts_{};
  std::atomic<std::int64_t> sum_ns_ = 0;
  std::atomic<std::int64_t> max_ns_ = 0;
};

}  // namespace efferent

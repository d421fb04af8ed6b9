#include "clients/report/latency_recorder.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace efferent {

int LatencyRecorder::BucketOf(std::uint64_t value) {
  const int bits = static_cast<int>(std::bit_width(value));
  if (bits <= kSubBits) return static_cast<int>(value);
  // The top kSubBits bits, of which the first is always 1.
  const int shift = bits - kSubBits;
  const int half = 1 << (kSubBits - 1);
  return (1 << kSubBits) + (shift - 1) * half + static_cast<int>(value >> shift) - half;
}

double LatencyRecorder::MiddleOf(int bucket) {
  if (bucket < (1 << kSubBits)) return bucket;
  const int half = 1 << (kSubBits - 1);
  const int shift = (bucket - (1 << kSubBits)) / half + 1;
  const int mantissa = (bucket - (1 << kSubBits)) % half + half;
  return std::ldexp(mantissa + 0.5, shift);
}

void LatencyRecorder::Record(std::int64_t duration_ns) {
  const std::int64_t longest = (std::int64_t{1} << kMaxBits) - 1;
  const std::int64_t value = std::clamp<std::int64_t>(duration_ns, 0, longest);
  ++buckets_[BucketOf(static_cast<std::uint64_t>(value))];
  ++count_;
  max_ns_ = std::max(max_ns_, duration_ns);
}

std::optional<double> LatencyRecorder::PercentileUs(double p) const {
  if (count_ == 0) return std::nullopt;
  const double wanted =
      std::max(1.0, std::ceil(std::clamp(p, 0.0, 1.0) * static_cast<double>(count_)));
  std::int64_t seen = 0;
  for (int bucket = 0; bucket < kNumBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (static_cast<double>(seen) >= wanted) {
      return std::min(MiddleOf(bucket), static_cast<double>(max_ns_)) / 1e3;
    }
  }
  return MaxUs();
}

std::optional<double> LatencyRecorder::MaxUs() const {
  if (count_ == 0) return std::nullopt;
  return static_cast<double>(max_ns_) / 1e3;
}

std::string LatencyRecorder::Describe() const {
  if (count_ == 0) return "no samples";
  return fmt::format("p50 {:.0f} us, p90 {:.0f} us, p99 {:.0f} us, max {:.0f} us (n = {})",
                     *PercentileUs(0.5), *PercentileUs(0.9), *PercentileUs(0.99), *MaxUs(), count_);
}

}  // namespace efferent

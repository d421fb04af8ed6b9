#include "tests/bench/memory_bandwidth.h"

#include <immintrin.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"

namespace efferent::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kLargestSet = 256 << 20;

// Eight independent sums: loads are the limit, not the adder's latency. `size`: a multiple of 64.
__attribute__((target("avx2"))) float ReadWithAvx2(const float* p, std::size_t size) {
  __m256 sum[8];
  for (__m256& part : sum) part = _mm256_setzero_ps();
  for (std::size_t i = 0; i < size; i += 64) {
    for (int k = 0; k < 8; ++k) sum[k] = _mm256_add_ps(sum[k], _mm256_load_ps(p + i + 8 * k));
  }
  for (int k = 1; k < 8; ++k) sum[0] = _mm256_add_ps(sum[0], sum[k]);
  return _mm256_cvtss_f32(sum[0]);
}

float ReadWithSse2(const float* p, std::size_t size) {
  __m128 sum[8];
  for (__m128& part : sum) part = _mm_setzero_ps();
  for (std::size_t i = 0; i < size; i += 32) {
    for (int k = 0; k < 8; ++k) sum[k] = _mm_add_ps(sum[k], _mm_load_ps(p + i + 4 * k));
  }
  for (int k = 1; k < 8; ++k) sum[0] = _mm_add_ps(sum[0], sum[k]);
  return _mm_cvtss_f32(sum[0]);
}

double Measure(std::int64_t working_set, double seconds) {
  const auto size = static_cast<std::size_t>(working_set) / sizeof(float) / 64 * 64;
  const kernels::CacheLineVector<float> memory(size, 1.0f);
  const bool avx2 = kernels::IsSupported(kernels::InstructionSet::kAvx2);
  volatile float sink = 0.0f;
  // A timed pass reads at least a mebibyte, or the clock would be what is measured.
  const int passes = static_cast<int>(std::max<std::int64_t>(1, (1 << 20) / working_set));
  double best = 0.0;
  const auto start = Clock::now();
  for (int repeat = 0; repeat < 3 || Clock::now() - start < std::chrono::duration<double>(seconds);
       ++repeat) {
    const auto before = Clock::now();
    for (int pass = 0; pass < passes; ++pass) {
      sink = avx2 ? ReadWithAvx2(memory.data(), size) : ReadWithSse2(memory.data(), size);
    }
    const double elapsed = std::chrono::duration<double>(Clock::now() - before).count();
    best = std::max(best, static_cast<double>(size * sizeof(float)) * passes / elapsed);
  }
  static_cast<void>(sink);
  return best;
}

}  // namespace

std::vector<BandwidthOfLevel> MeasureBandwidth(double seconds) {
  std::vector<BandwidthOfLevel> levels;
  std::int64_t largest = 1 << 20;
  for (const auto& [name, variable] :
       {std::pair("L1", _SC_LEVEL1_DCACHE_SIZE), std::pair("L2", _SC_LEVEL2_CACHE_SIZE),
        std::pair("L3", _SC_LEVEL3_CACHE_SIZE)}) {
    const std::int64_t capacity = sysconf(variable);
    if (capacity <= 0) continue;  // not known here
    levels.push_back({name, capacity, capacity / 2, Measure(capacity / 2, seconds)});
    largest = std::max(largest, capacity);
  }
  const std::int64_t beyond = std::min(4 * largest, kLargestSet);
  levels.push_back(
      {"DRAM", std::numeric_limits<std::int64_t>::max(), beyond, Measure(beyond, seconds)});
  return levels;
}

const BandwidthOfLevel& LevelThatHolds(std::int64_t bytes,
                                       const std::vector<BandwidthOfLevel>& levels) {
  return *std::find_if(levels.begin(), levels.end(),
                       [&](const auto& level) { return bytes <= level.capacity_bytes; });
}

}  // namespace efferent::bench

#include "tests/bench/memory_bandwidth.h"

#include <immintrin.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <string>

#include "decoder/kernels/kernels.h"
#include "decoder/kernels/padded.h"

namespace efferent::bench {
namespace {

using Clock = std::chrono::steady_clock;

// What no cache holds, within reason.
constexpr std::int64_t kSmallestBeyond = 64 << 20, kLargestBeyond = 256 << 20;

struct Cache {
  int level = 0;
  std::int64_t bytes = 0;
};

// The caches that hold data, from the first level on; those of sysfs, since sysconf tells a virtual
// machine of its host's. None where sysfs does not say.
std::vector<Cache> DataCaches() {
  std::vector<Cache> caches;
  for (int index = 0;; ++index) {
    const std::string folder = fmt::format("/sys/devices/system/cpu/cpu0/cache/index{}/", index);
    std::ifstream level_file(folder + "level"), type_file(folder + "type"),
        size_file(folder + "size");
    Cache cache;
    std::string type;
    std::int64_t kibibytes = 0;
    if (!(level_file >> cache.level) || !(type_file >> type) || !(size_file >> kibibytes)) break;
    cache.bytes = kibibytes << 10;
    if (type != "Instruction") caches.push_back(cache);
  }
  std::sort(caches.begin(), caches.end(),
            [](const Cache& a, const Cache& b) { return a.level < b.level; });
  return caches;
}

// Eight independent sums: loads are the limit, not the adder's latency. `size`: a multiple of 64.
__attribute__((target("avx2"))) float ReadWithAvx2(const float* p, std::size_t size) {
  __m256 sum[8];
  for (__m256& part : sum) part = _mm256_setzero_ps();
  for (std::size_t i = 0; i < size; i += 64) {
    for (std::size_t k = 0; k < 8; ++k)
      sum[k] = _mm256_add_ps(sum[k], _mm256_load_ps(p + i + 8 * k));
  }
  for (int k = 1; k < 8; ++k) sum[0] = _mm256_add_ps(sum[0], sum[k]);
  return _mm256_cvtss_f32(sum[0]);
}

float ReadWithSse2(const float* p, std::size_t size) {
  __m128 sum[8];
  for (__m128& part : sum) part = _mm_setzero_ps();
  for (std::size_t i = 0; i < size; i += 32) {
    for (std::size_t k = 0; k < 8; ++k) sum[k] = _mm_add_ps(sum[k], _mm_load_ps(p + i + 4 * k));
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
  std::int64_t below = 0;
  for (const Cache& cache : DataCaches()) {
    // Too large for the level before, and no larger than it must be: the last one may be shared.
    const std::int64_t set = below > 0 ? std::min(cache.bytes / 2, 4 * below) : cache.bytes / 2;
    levels.push_back({fmt::format("L{}", cache.level), cache.bytes, set, Measure(set, seconds)});
    below = cache.bytes;
  }
  const std::int64_t beyond = std::clamp(4 * below, kSmallestBeyond, kLargestBeyond);
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

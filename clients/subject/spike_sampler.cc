#include "clients/subject/spike_sampler.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "clients/subject/random_stream.h"

namespace efferent::subject {
namespace {

constexpr TimeNs kLongestStepNs = 10'000'000;

/// Uniform in [0, 1), 53 bits.
double Uniform(std::mt19937_64* random) {
  return static_cast<double>((*random)() >> 11) * 0x1.0p-53;
}

}  // namespace

SpikeSampler::SpikeSampler(SpikeStatistics statistics, TimeNs bin_width_ns, std::uint64_t seed)
    : statistics_(statistics),
      bin_width_ns_(bin_width_ns),
      num_steps_(static_cast<int>((bin_width_ns + kLongestStepNs - 1) / kLongestStepNs)),
      random_(MakeRandomStream(seed, RandomUse::kSpikes)) {
  if (bin_width_ns < 100'000 || bin_width_ns > 1'000'000'000) {
    throw std::invalid_argument("bin width is " + std::to_string(bin_width_ns) +
                                " ns, must be in [100000, 1000000000]");
  }
}

void SpikeSampler::Reseed(std::uint64_t seed) {
  random_ = MakeRandomStream(seed, RandomUse::kSpikes);
}

const std::vector<SpikeEvent>& SpikeSampler::Draw(TimeNs bin_start_ns,
                                                  std::span<const double> rates_hz,
                                                  const std::vector<bool>& silent) {
  spikes_.clear();
  for (std::size_t i = 0; i < rates_hz.size(); ++i) {
    const std::size_t before = spikes_.size();
    if (statistics_ == SpikeStatistics::kBernoulli) {
      DrawBernoulli(bin_start_ns, static_cast<std::uint32_t>(i), rates_hz[i]);
    } else {
      DrawPoisson(bin_start_ns, static_cast<std::uint32_t>(i), rates_hz[i]);
    }
    if (silent[i]) spikes_.resize(before);
  }
  return spikes_;
}

void SpikeSampler::DrawBernoulli(TimeNs bin_start_ns, std::uint32_t channel, double rate_hz) {
  const double step_ns = static_cast<double>(bin_width_ns_) / num_steps_;
  const double probability = std::min(1.0, rate_hz * 1e-9 * step_ns);
  for (int step = 0; step < num_steps_; ++step) {
    const double draw = Uniform(&random_);
    if (draw >= probability) continue;
    // Given a spike, draw / probability is uniform again: it settles the time.
    const double offset_ns = (step + draw / probability) * step_ns;
    const auto offset = std::min(static_cast<TimeNs>(offset_ns), bin_width_ns_ - 1);
    spikes_.push_back({channel, bin_start_ns + offset});
  }
}

void SpikeSampler::DrawPoisson(TimeNs bin_start_ns, std::uint32_t channel, double rate_hz) {
  if (rate_hz <= 0.0) return;
  // Gaps of a Poisson process are exponential; what is left of the last one has no memory, so each
  // bin starts anew.
  double offset_ns = 0.0;
  while (true) {
    offset_ns -= std::log(1.0 - Uniform(&random_)) * 1e9 / rate_hz;
    if (offset_ns >= static_cast<double>(bin_width_ns_)) return;
    spikes_.push_back({channel, bin_start_ns + static_cast<TimeNs>(offset_ns)});
  }
}

}  // namespace efferent::subject

#include "tests/unit/evaluation/synthetic_recording.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tests/unit/acquisition/nwb_writer.h"

namespace efferent::test {
namespace {

constexpr double kBinS = 0.02;
constexpr double kTargetM = 0.1;
constexpr double kSpeedMS = 0.2;
constexpr int kHeldBins = 2;

}  // namespace

Recording SyntheticRecording(const SyntheticParams& params) {
  Recording recording;
  recording.path = "synthetic.nwb";
  recording.bin_width_s = kBinS;
  recording.bin_width_ns = 20'000'000;
  recording.num_bins = params.num_trials * params.bins_per_trial;
  recording.num_channels = params.num_channels;
  SpikeEventList events;
  std::mt19937_64 random(params.seed);
  std::uniform_int_distribution<int> choose(0, 7);
  for (int trial = 0; trial < params.num_trials; ++trial) {
    const std::int64_t first_bin = trial * params.bins_per_trial;
    const bool second = 2 * trial >= params.num_trials;
    RecordedTrial& made = recording.trials.emplace_back();
    made.first_bin = first_bin;
    made.stop_bin = first_bin + params.bins_per_trial;
    made.trial_type = made.condition = second ? "second" : params.first_type;
    made.success = true;
    if (params.unstable_from > 0) made.instability = trial >= params.unstable_from;
    const double angle = choose(random) * M_PI / 4.0;
    for (int bin = 0; bin < params.bins_per_trial; ++bin) {
      const bool released = bin >= kHeldBins;
      const double distance = kSpeedMS * kBinS * std::max(0, bin - kHeldBins);
      const double speed = released ? kSpeedMS : 0.0;
      recording.position_m.push_back(
          Point{distance * std::cos(angle), distance * std::sin(angle), 0.0});
      recording.velocity_m_s.push_back(
          Point{speed * std::cos(angle), speed * std::sin(angle), 0.0});
      if (params.has_target) {
        recording.target_m.push_back(
            Point{kTargetM * std::cos(angle), kTargetM * std::sin(angle), 0.0});
      }
      recording.engaged.push_back(released);
      recording.recorded_velocity_m_s.push_back(
          Point{-speed * std::sin(angle), speed * std::cos(angle), 0.0});
      const std::int64_t start_ns = (first_bin + bin) * recording.bin_width_ns;
      for (std::uint32_t channel = 0; channel < params.num_channels; ++channel) {
        const double preferred = 2.0 * M_PI * channel / params.num_channels;
        const double rate_hz = 20.0 + (released ? 20.0 * std::cos(angle - preferred) : 0.0);
        const int count = std::poisson_distribution<int>(rate_hz * kBinS)(random);
        for (int spike = 0; spike < count; ++spike) {
          events.times_ns.push_back(start_ns + spike);
          events.channels.push_back(channel);
        }
      }
    }
  }
  // The list is in order of time: spikes of a bin by their number, then by channel.
  std::vector<std::size_t> order(events.times_ns.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return events.times_ns[a] < events.times_ns[b];
  });
  SpikeEventList sorted;
  for (const std::size_t i : order) {
    sorted.times_ns.push_back(events.times_ns[i]);
    sorted.channels.push_back(events.channels[i]);
  }
  recording.spikes = std::move(sorted);
  return recording;
}

void WriteSyntheticNwb(const std::string& path, const SyntheticParams& params) {
  const Recording recording = SyntheticRecording(params);
  const auto num_bins = static_cast<std::uint64_t>(recording.num_bins);
  const SpikeEventList& events = std::get<SpikeEventList>(recording.spikes);
  std::vector<double> counts(num_bins * params.num_channels, 0.0);
  for (std::size_t i = 0; i < events.times_ns.size(); ++i) {
    const auto bin = static_cast<std::size_t>(events.times_ns[i] / recording.bin_width_ns);
    counts[bin * params.num_channels + events.channels[i]] += 1.0;
  }
  const auto planar = [](const PointTrack& track) {
    std::vector<double> values;
    for (const std::optional<Point>& p : track) values.insert(values.end(), {(*p)[0], (*p)[1]});
    return values;
  };
  NwbWriter file(path);
  constexpr double kRateHz = 1.0 / kBinS;
  const std::string behavior = "/processing/behavior/";
  file.Series("/acquisition/spike_counts", {num_bins, params.num_channels}, counts, kRateHz,
              "count");
  file.Series(behavior + "Position/cursor_position", {num_bins, 2}, planar(recording.position_m),
              kRateHz, "meters", 1.0, "SpatialSeries");
  if (params.has_target) {
    file.Series(behavior + "Position/target_position", {num_bins, 2}, planar(recording.target_m),
                kRateHz, "meters", 1.0, "SpatialSeries");
  }
  file.Series(behavior + "recorded_decoder_velocity", {num_bins, 2},
              planar(recording.recorded_velocity_m_s), kRateHz, "m/s");
  file.Series(behavior + "cursor_released", {num_bins},
              std::vector<double>(recording.engaged.begin(), recording.engaged.end()), kRateHz,
              "bool");
  std::vector<double> start, stop;
  std::vector<std::string> types;
  std::vector<bool> instability;
  for (const RecordedTrial& trial : recording.trials) {
    start.push_back(static_cast<double>(trial.first_bin) * kBinS);
    stop.push_back(static_cast<double>(trial.stop_bin) * kBinS);
    types.push_back(trial.trial_type);
    instability.push_back(trial.instability.value_or(false));
  }
  file.Numbers("/intervals/trials/start_time", {start.size()}, start);
  file.Numbers("/intervals/trials/stop_time", {stop.size()}, stop);
  file.Strings("/intervals/trials/trial_type", types);
  file.Booleans("/intervals/trials/instability", instability);
}

}  // namespace efferent::test

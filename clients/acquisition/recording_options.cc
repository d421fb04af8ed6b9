#include "clients/acquisition/recording_options.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace efferent {

void AddRecordingOptions(CLI::App* command, RecordingOptions* options) {
  constexpr const char* kGroup = kRecordingGroup;
  command
      ->add_option(
          "--counts", options->counts,
          "Series [bins x channels] of spike counts. Default: the one whose name speaks of spikes "
          "(of several that which ends with _as_decoded), else the sorted units, else the "
          "SpikeEventSeries, else a series of counts")
      ->group(kGroup);
  command
      ->add_flag("--units", options->units,
                 "Take the spikes of the Units table, whatever counts there are")
      ->group(kGroup);
  command
      ->add_option("--units-where", options->units_where,
                   "Take units that fulfil this: quality=good, 'quality=good|mua', 'snr>=2.5'; may "
                   "come several times")
      ->expected(1)
      ->take_all()
      ->group(kGroup);
  command
      ->add_option(
          "--electrodes", options->electrodes,
          "Channels to use: a boolean column of the electrodes table, or `all`. Default: the "
          "column `base` if there is one, else all")
      ->group(kGroup);
  command
      ->add_option("--bin-width-ms", options->bin_width_ms,
                   "Width of a bin, for recordings with spike times instead of counts")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 1000.0))
      ->group(kGroup);
  command
      ->add_option("--spike-time-scale", options->spike_time_scale_s,
                   "Seconds in one unit of the spike times. Default: 1, and times that look like "
                   "milliseconds or samples are refused")
      ->check(CLI::Range(1e-12, 1e6))
      ->group(kGroup);
  command
      ->add_option("--trials", options->trials,
                   "Table of /intervals with the trials, or `none`. Default: trials")
      ->group(kGroup);
  command
      ->add_option("--scale", options->scale_m,
                   "Metres in one unit of the positions (and, by the second, of the velocities), "
                   "whatever unit the file says. Default: the file's unit, or a power of ten where "
                   "that is no length or cannot be meant")
      ->check(CLI::Range(1e-12, 1e12))
      ->group(kGroup);
  const std::pair<const char*, std::optional<std::string>*> series[] = {
      {"position", &options->position},
      {"velocity", &options->velocity},
      {"target", &options->target},
      {"engaged", &options->engaged}};
  const char* texts[] = {
      "Series of the cursor's or hand's position. Default for this and the next three: found by "
      "type "
      "and name; `none`: do without",
      "Series of its velocity", "Series of the target's position",
      "Series that is not 0 where the cursor followed a decoder"};
  for (std::size_t i = 0; i < std::size(series); ++i) {
    command->add_option(fmt::format("--{}", series[i].first), *series[i].second, texts[i])
        ->group(kGroup);
  }
}

}  // namespace efferent

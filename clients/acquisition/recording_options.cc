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
          "Series [bins x channels] of spike counts. Default: the only one, or the one whose "
          "name ends with _as_decoded")
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

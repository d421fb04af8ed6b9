#include "tests/bench/round_trip_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "clients/report/table.h"
#include "tests/bench/row_maker.h"

namespace efferent::bench {
namespace {

constexpr const char* kProtocol = "bench-roundtrip";

const RoundTripTimes* Find(const std::vector<RoundTripTimes>& systems, const std::string& name) {
  const auto found = std::find_if(systems.begin(), systems.end(),
                                  [&name](const auto& times) { return times.system == name; });
  return found == systems.end() ? nullptr : &*found;
}

// What a system is compared with, where that was measured: its name, how metrics end that say so.
struct Reference {
  const RoundTripTimes* times;
  std::string metric_suffix;
};

// A ratio as a row, and as a cell of the table.
std::string AddRatio(const RoundTripTimes& times, const Reference& reference, double p,
                     const std::string& metric, RowMaker* rows) {
  if (reference.times == &times) return "";
  const MedianEstimate ratio = RatioOfBlocks(times.blocks_us, reference.times->blocks_us, p);
  rows->Add(times.system, metric + reference.metric_suffix, ratio.median,
            static_cast<std::int64_t>(times.blocks_us.size()), ratio);
  return fmt::format("{:.2f} ({:.2f}-{:.2f})", ratio.median, ratio.ci_low, ratio.ci_high);
}

// `LATENCY_STAGE_READ` -> `read`.
std::string StageName(v1::LatencyStage stage) {
  std::string name = v1::LatencyStage_Name(stage).substr(std::string_view("LATENCY_STAGE_").size());
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

// What a session counted, as rows and as text.
std::string AddStatistics(const std::string& system, const v1::SessionStatistics& statistics,
                          RowMaker* rows) {
  const auto decoded = static_cast<std::int64_t>(statistics.decoded_bin_count());
  rows->Add(system, "learned_bins", static_cast<double>(statistics.learned_bin_count()), decoded);
  rows->Add(system, "skipped_learning", static_cast<double>(statistics.skipped_learning_count()),
            decoded);
  std::string text =
      fmt::format("{} bins decoded, {} learnt from, {} skipped", decoded,
                  statistics.learned_bin_count(), statistics.skipped_learning_count());
  for (const v1::StageLatency& stage : statistics.stage_latencies()) {
    const std::string name = StageName(stage.stage());
    const double p50_us = 1e-3 * static_cast<double>(stage.p50_ns());
    const double p99_us = 1e-3 * static_cast<double>(stage.p99_ns());
    const auto n = static_cast<std::int64_t>(stage.count());
    rows->Add(system, name + "_p50_us", p50_us, n);
    rows->Add(system, name + "_p99_us", p99_us, n);
    text += fmt::format("; {} p50 {:.0f} us, p99 {:.0f} us", name, p50_us, p99_us);
  }
  return text;
}

}  // namespace

RoundTripReport ReportRoundTrips(const std::string& condition,
                                 const std::vector<RoundTripTimes>& systems, std::uint64_t seed) {
  std::vector<std::string> header = {"us", "p50", "p90", "p99", "p99.9", "max", "n", "late"};
  std::vector<Reference> references;
  for (const auto& [name, suffix] : {std::pair("grpc_echo", ""), std::pair("redis", "_to_redis")}) {
    const RoundTripTimes* times = Find(systems, name);
    if (times == nullptr) continue;
    references.push_back({times, suffix});
    header.push_back(std::string("p50/") + name);
    header.push_back(std::string("p99/") + name);
  }
  RowMaker rows(condition, kProtocol, seed);
  Table table(header);
  for (const RoundTripTimes& times : systems) {
    const BlockPercentiles all(times.blocks_us);
    rows.AddPercentiles(times.system, all);
    rows.Add(times.system, "p999_us", all.p999, all.n);
    rows.Add(times.system, "late_sends", static_cast<double>(times.late_count), all.n);
    std::vector<std::string> cells = {times.system};
    for (const double value : {all.p50, all.p90, all.p99, all.p999, all.max}) {
      cells.push_back(fmt::format("{:.0f}", value));
    }
    cells.push_back(fmt::format("{}", all.n));
    cells.push_back(fmt::format("{}", times.late_count));
    for (const Reference& reference : references) {
      cells.push_back(AddRatio(times, reference, 0.5, "ratio_p50", &rows));
      cells.push_back(AddRatio(times, reference, 0.99, "ratio_p99", &rows));
    }
    table.AddRow(cells);
  }
  std::string text = table.ToString();
  for (const std::string suffix : {"", "_arm"}) {
    const RoundTripTimes* recorded = Find(systems, "recorded" + suffix);
    const RoundTripTimes* plain = Find(systems, "efferent" + suffix);
    if (recorded == nullptr || plain == nullptr) continue;
    const Reference reference{plain, "_to_unrecorded"};
    text += fmt::format("{} to {}: p50 {}, p99 {}\n", recorded->system, plain->system,
                        AddRatio(*recorded, reference, 0.5, "ratio_p50", &rows),
                        AddRatio(*recorded, reference, 0.99, "ratio_p99", &rows));
  }
  for (const RoundTripTimes& times : systems) {
    if (!times.statistics) continue;
    text += times.system + ": " + AddStatistics(times.system, *times.statistics, &rows) + "\n";
  }
  return {text, rows.Take()};
}

}  // namespace efferent::bench

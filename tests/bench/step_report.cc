#include "tests/bench/step_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "clients/report/table.h"
#include "tests/bench/row_maker.h"

namespace efferent::bench {
namespace {

constexpr const char* kProtocol = "bench-step";

}  // namespace

StepResult Summarize(const StepCase& step_case, const PairedTimes& times,
                     const std::vector<BandwidthOfLevel>& levels, std::uint64_t seed) {
  const BlockPercentiles own(times.own), reference(times.reference);
  const MedianEstimate ratio = RatioOfBlocks(times.reference, times.own, 0.5);
  const double bytes = step_case.bytes_per_step;
  const BandwidthOfLevel& level = LevelThatHolds(step_case.state_bytes, levels);
  const double synapses_per_s = static_cast<double>(step_case.num_synapses) / (own.p50 * 1e-6);
  const double bandwidth_share = bytes / (own.p50 * 1e-6) / level.bytes_per_s;

  RowMaker rows(step_case.name, kProtocol, seed);
  rows.AddPercentiles("snn", own);
  rows.AddPercentiles("reference", reference);
  const auto repeats = static_cast<std::int64_t>(times.own.size());
  rows.Add("snn", "ratio_to_reference", ratio.median, repeats, ratio);
  rows.Add("snn", "synapses_per_s", synapses_per_s, own.n);
  rows.Add("snn", "bytes_per_step", bytes, own.n);
  rows.Add("snn", "state_bytes", static_cast<double>(step_case.state_bytes), 1);
  rows.Add("snn", "share_of_" + level.level + "_bandwidth", bandwidth_share, own.n);
  std::string rate;
  if (step_case.rate_hz) {
    const double rate_hz = step_case.rate_hz();
    rows.Add("snn", "rate_hz", rate_hz, own.n);
    rate = fmt::format("{:.1f}", rate_hz);
  }
  if (step_case.goal_us) rows.Add("snn", "goal_p50_us", *step_case.goal_us, 1);

  StepResult result;
  result.rows = rows.Take();
  result.cells = {step_case.name,
                  fmt::format("{:.2f}", own.p50),
                  fmt::format("{:.2f}", own.p90),
                  fmt::format("{:.2f}", own.p99),
                  fmt::format("{:.1f}", own.max),
                  step_case.goal_us ? fmt::format("{:.0f}", *step_case.goal_us) : "",
                  fmt::format("{:.2f}", reference.p50),
                  fmt::format("{:.2f}", reference.p99),
                  fmt::format("{:.2f}", ratio.median),
                  fmt::format("{:.2f}-{:.2f}", ratio.ci_low, ratio.ci_high),
                  fmt::format("{:.2f}", synapses_per_s * 1e-9),
                  fmt::format("{:.0f}", bytes * 1e-3),
                  fmt::format("{:.0f} % {}", 100.0 * bandwidth_share, level.level),
                  rate};
  return result;
}

std::string StepTable(const std::vector<StepResult>& results) {
  Table table({"us per step", "p50", "p90", "p99", "max", "goal", "ref p50", "ref p99", "ref/own",
               "95 % CI", "Gsyn/s", "kB/step", "bandwidth", "Hz"});
  for (const StepResult& result : results) table.AddRow(result.cells);
  return table.ToString();
}

std::vector<ResultRow> BandwidthRows(const std::vector<BandwidthOfLevel>& levels) {
  std::vector<ResultRow> rows;
  for (const BandwidthOfLevel& level : levels) {
    rows.push_back(
        {"machine", level.level, kProtocol, "read_bandwidth_bytes_per_s", level.bytes_per_s, 1});
  }
  return rows;
}

std::string BandwidthTable(const std::vector<BandwidthOfLevel>& levels) {
  Table table({"read by one core from", "working set kB", "GB/s"});
  for (const BandwidthOfLevel& level : levels) {
    table.AddRow({level.level, fmt::format("{}", level.working_set_bytes / 1000),
                  fmt::format("{:.1f}", level.bytes_per_s * 1e-9)});
  }
  return table.ToString();
}

}  // namespace efferent::bench

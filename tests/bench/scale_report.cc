#include "tests/bench/scale_report.h"

#include <spdlog/fmt/fmt.h>

#include "clients/report/table.h"
#include "tests/bench/row_maker.h"

namespace efferent::bench {
namespace {

constexpr const char* kProtocol = "bench-scale";
constexpr const char* kDecoder = "snn";

std::string Shape(const ScaleTrial& trial) {
  return fmt::format("{}ch-{}n@{:g}ms", trial.num_channels, trial.num_neurons, trial.bin_width_ms);
}

std::vector<std::string> CostCells(const ScaleOutcome& outcome) {
  return {fmt::format("{:.0f}", outcome.us_per_bin),
          fmt::format("{:.2f}", 100.0 * outcome.processors_per_session()),
          fmt::format("{:.2f}", 1e-6 * outcome.resident_bytes_per_session())};
}

void AddCostRows(const ScaleOutcome& outcome, RowMaker* rows) {
  const int sessions = outcome.load.num_sessions;
  if (outcome.load.counts.answered == 0) return;
  rows->Add(kDecoder, "processor_us_per_bin", outcome.us_per_bin, outcome.load.counts.answered);
  rows->Add(kDecoder, "processors_per_session", outcome.processors_per_session(), sessions);
  rows->Add(kDecoder, "resident_bytes_per_session", outcome.resident_bytes_per_session(), sessions);
}

}  // namespace

std::string HeldTable(const std::vector<HeldSessions>& held) {
  Table table({"held", "deadline ms", "sessions", "bins/s", "missed %", "p50 us", "p99 us",
               "max us", "skipped %", "us/bin", "CPU % each", "MB each", "limit"});
  std::string refusals;
  for (const HeldSessions& each : held) {
    std::vector<std::string> cells = {Shape(each.trial),
                                      fmt::format("{:g}", each.trial.deadline_ms)};
    if (each.outcome) {
      const load::LoadCounts& counts = each.outcome->load.counts;
      const v1::SessionStatistics& statistics = each.outcome->load.statistics;
      const auto labelled =
          static_cast<double>(statistics.learned_bin_count() + statistics.skipped_learning_count());
      cells.insert(
          cells.end(),
          {fmt::format("{}", each.outcome->load.num_sessions),
           fmt::format("{:.0f}",
                       static_cast<double>(counts.in_time) / each.outcome->load.duration_s),
           fmt::format("{:.3f}", 100.0 * counts.missed_share()),
           fmt::format("{:.0f}", counts.latency.PercentileUs(0.5).value_or(0.0)),
           fmt::format("{:.0f}", counts.latency.PercentileUs(0.99).value_or(0.0)),
           fmt::format("{:.0f}", counts.latency.MaxUs().value_or(0.0)),
           fmt::format("{:.1f}", 100.0 * static_cast<double>(statistics.skipped_learning_count()) /
                                     std::max(1.0, labelled))});
      for (std::string& cell : CostCells(*each.outcome)) cells.push_back(std::move(cell));
    } else {
      cells.push_back("0");
      cells.resize(cells.size() + 9);
    }
    cells.push_back(each.why_not_more);
    table.AddRow(cells);
    if (!each.refusal.empty()) refusals += each.refusal + "\n";
  }
  return table.ToString() + refusals;
}

std::string CostTable(const std::vector<ScaleCost>& costs) {
  Table table({"cost", "sessions", "p50 us", "p99 us", "us/bin", "CPU % each", "MB each"});
  for (const ScaleCost& cost : costs) {
    const load::LoadCounts& counts = cost.outcome.load.counts;
    std::vector<std::string> cells = {
        Shape(cost.trial), fmt::format("{}", cost.outcome.load.num_sessions),
        fmt::format("{:.0f}", counts.latency.PercentileUs(0.5).value_or(0.0)),
        fmt::format("{:.0f}", counts.latency.PercentileUs(0.99).value_or(0.0))};
    for (std::string& cell : CostCells(cost.outcome)) cells.push_back(std::move(cell));
    table.AddRow(cells);
  }
  return table.ToString();
}

std::vector<ResultRow> ScaleRows(const std::vector<HeldSessions>& held,
                                 const std::vector<ScaleCost>& costs) {
  std::vector<ResultRow> rows;
  const auto append = [&rows](RowMaker& maker) {
    for (ResultRow& row : maker.Take()) rows.push_back(std::move(row));
  };
  for (const HeldSessions& each : held) {
    RowMaker maker(fmt::format("{}, deadline {:g} ms", Shape(each.trial), each.trial.deadline_ms),
                   kProtocol, std::nullopt);
    const int sessions = each.outcome ? each.outcome->load.num_sessions : 0;
    maker.Add(kDecoder, "sessions_held", sessions, 1);
    if (each.outcome) {
      const load::LoadCounts& counts = each.outcome->load.counts;
      maker.Add(kDecoder, "missed_deadline_share", counts.missed_share(), counts.due);
      maker.Add(kDecoder, "p50_us", *counts.latency.PercentileUs(0.5), counts.answered);
      maker.Add(kDecoder, "p99_us", *counts.latency.PercentileUs(0.99), counts.answered);
      AddCostRows(*each.outcome, &maker);
    }
    append(maker);
  }
  for (const ScaleCost& cost : costs) {
    RowMaker maker(fmt::format("{}, {} sessions", Shape(cost.trial), cost.trial.num_sessions),
                   kProtocol, std::nullopt);
    AddCostRows(cost.outcome, &maker);
    append(maker);
  }
  return rows;
}

}  // namespace efferent::bench

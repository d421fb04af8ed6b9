#include "clients/demo/demo_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <stdexcept>

#include "clients/report/table.h"

namespace efferent::demo {
namespace {

const ResultRow* Find(const std::vector<ResultRow>& rows, const std::string& condition,
                      const std::string& metric) {
  const auto it = std::find_if(rows.begin(), rows.end(), [&](const ResultRow& row) {
    return row.condition == condition && row.metric == metric;
  });
  return it == rows.end() ? nullptr : &*it;
}

std::string Number(const ResultRow* row, const char* format) {
  return row ? fmt::format(fmt::runtime(format), row->value) : "-";
}

}  // namespace

std::vector<ResultRow> JoinRows(const std::vector<ResultRow>& arm,
                                const std::vector<ResultRow>& subject, const std::string& decoder,
                                const std::string& protocol) {
  std::vector<ResultRow> joined;
  const auto take = [&](const std::vector<ResultRow>& from, const std::string& condition,
                        const std::string& metric) {
    const ResultRow* row = Find(from, condition, metric);
    if (!row) throw std::runtime_error("no " + metric + " of " + condition + " was reported");
    joined.push_back(*row);
    joined.back().decoder = decoder;
    joined.back().protocol = protocol;
  };
  for (const std::string& phase : ScoredPhases()) {
    for (const char* metric :
         {"success_rate", "time_to_target_s", "path_efficiency", "throughput_bits_per_s"}) {
      take(arm, phase, metric);
    }
  }
  for (const char* metric : {"roundtrip_p50_us", "roundtrip_p99_us"}) take(arm, "all", metric);
  for (const char* metric : {"echo_p50_us", "echo_p99_us"}) take(subject, "all", metric);
  return joined;
}

std::string DemoTable(const std::vector<ResultRow>& rows) {
  Table scores({"condition", "trials", "success", "time to target (s)", "path efficiency",
                "throughput (bits/s)"});
  for (const std::string& phase : ScoredPhases()) {
    const ResultRow* success = Find(rows, phase, "success_rate");
    scores.AddRow({phase, success ? std::to_string(success->n) : "-",
                   success ? fmt::format("{:.1f} %", 100.0 * success->value) : "-",
                   Number(Find(rows, phase, "time_to_target_s"), "{:.3f}"),
                   Number(Find(rows, phase, "path_efficiency"), "{:.3f}"),
                   Number(Find(rows, phase, "throughput_bits_per_s"), "{:.2f}")});
  }
  Table latencies({"last spike sent -> command received", "p50 (us)", "p99 (us)"});
  for (const auto& [name, label] : {std::pair("roundtrip", "through the decoder"),
                                    std::pair("echo", "bare gRPC echo, same run")}) {
    latencies.AddRow({label, Number(Find(rows, "all", std::string(name) + "_p50_us"), "{:.0f}"),
                      Number(Find(rows, "all", std::string(name) + "_p99_us"), "{:.0f}")});
  }
  return scores.ToString() + "\n" + latencies.ToString();
}

std::string Shortfalls(const std::vector<ResultRow>& rows) {
  struct Goal {
    const char* phase;
    bool at_least;  // else: below
    double bound;
  };
  std::string text;
  for (const Goal& goal : {Goal{"learned", true, 0.98}, Goal{"relearned", true, 0.95},
                           Goal{"dead_neurons", false, 0.05}}) {
    const ResultRow* row = Find(rows, goal.phase, "success_rate");
    const bool met =
        row && (goal.at_least ? row->value >= goal.bound - 1e-9 : row->value < goal.bound);
    if (met) continue;
    text += fmt::format("{}: success rate {}, must be {} {:.0f} %\n", goal.phase,
                        row ? fmt::format("{:.1f} %", 100.0 * row->value) : "missing",
                        goal.at_least ? "at least" : "below", 100.0 * goal.bound);
  }
  return text;
}

}  // namespace efferent::demo

#include "clients/arm/arm_report.h"

#include <spdlog/fmt/fmt.h>
#include "clients/report/table.h"

namespace efferent {
namespace {

const Phase& PhaseOf(const ArmClient& client, const TrialResult& trial) {
  return client.rig().experiment().phases()[static_cast<std::size_t>(trial.phase)];
}

// A field of a CSV file (RFC 4180).
std::string Field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::vector<ResultRow> ArmRows(const ArmClient& client, bool lockstep) {
  std::vector<ResultRow> rows;
  const auto add_round_trips = [&](const std::string& condition, const std::string& protocol,
                                   const LatencyRecorder& latency) {
    if (latency.count() == 0) return;
    rows.push_back({client.decoder_name(), condition, protocol, "roundtrip_p50_us",
                    *latency.PercentileUs(0.5), latency.count()});
    rows.push_back({client.decoder_name(), condition, protocol, "roundtrip_p99_us",
                    *latency.PercentileUs(0.99), latency.count()});
  };
  const std::vector<Phase>& phases = client.rig().experiment().phases();
  for (int i = 0; i < static_cast<int>(phases.size()); ++i) {
    const auto scores = ScoreTrials(client.results(), i);
    if (!scores) continue;
    const Phase& phase = phases[static_cast<std::size_t>(i)];
    const std::string protocol = phase.learn ? "learning-trials" : "frozen-trials";
    const auto add = [&](const char* metric, const Estimate& estimate) {
      rows.push_back({client.decoder_name(), phase.name, protocol, metric, estimate.mean,
                      scores->num_trials, estimate.low, estimate.high});
    };
    add("success_rate", scores->success_rate);
    add("time_to_target_s", scores->time_to_target_s);
    add("path_efficiency", scores->path_efficiency);
    add("throughput_bits_per_s", scores->throughput_bits_per_s);
    add_round_trips(phase.name, protocol, client.round_trips(i));
  }
  add_round_trips("all", lockstep ? "lockstep" : "realtime", client.round_trips(std::nullopt));
  return rows;
}

std::string ArmTable(const ArmClient& client) {
  Table table({"phase", "learning", "trials", "success %", "time to target (s)", "path efficiency",
               "bits/s", "repeated"});
  const Experiment& experiment = client.rig().experiment();
  for (int i = 0; i < static_cast<int>(experiment.phases().size()); ++i) {
    const auto scores = ScoreTrials(client.results(), i);
    if (!scores) continue;
    const Phase& phase = experiment.phases()[static_cast<std::size_t>(i)];
    const auto cell = [](const Estimate& e, double scale, int digits) {
      return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", scale * e.mean, digits, scale * e.low,
                         digits, scale * e.high, digits);
    };
    table.AddRow({phase.name, phase.learn ? "on" : "frozen", std::to_string(scores->num_trials),
                  cell(scores->success_rate, 100.0, 1), cell(scores->time_to_target_s, 1.0, 3),
                  cell(scores->path_efficiency, 1.0, 2),
                  cell(scores->throughput_bits_per_s, 1.0, 2),
                  std::to_string(experiment.progress(i).num_repeated)});
  }
  std::string text =
      table.ToString() + "(means with 95 % intervals; a failed trial counts as the time limit)\n";
  text +=
      "last spike sent -> command received: " + client.round_trips(std::nullopt).Describe() + "\n";
  if (client.rig().refused_command_count() > 0) {
    text += fmt::format("{} commands were refused: not finite, or too fast\n",
                        client.rig().refused_command_count());
  }
  return text;
}

std::string TrialsCsv(const ArmClient& client) {
  std::string csv = "phase,trial,target_x_m,target_y_m,success,time_s,path_efficiency\n";
  for (const TrialResult& trial : client.results()) {
    csv += fmt::format("{},{},{:.6f},{:.6f},{},{:.4f},{:.4f}\n", Field(PhaseOf(client, trial).name),
                       trial.trial_index, trial.target_m.x(), trial.target_m.y(),
                       trial.success ? 1 : 0, trial.time_s, trial.path_efficiency);
  }
  return csv;
}

std::string TrajectoryCsv(const ArmClient& client) {
  std::string csv = "phase,trial,t_s,x_m,y_m,target_x_m,target_y_m\n";
  for (const TrialResult& trial : client.results()) {
    const std::string phase = Field(PhaseOf(client, trial).name);
    for (const PathPoint& point : trial.path) {
      csv += fmt::format("{},{},{:.4f},{:.6f},{:.6f},{:.6f},{:.6f}\n", phase, trial.trial_index,
                         point.t_s, point.position_m.x(), point.position_m.y(), trial.target_m.x(),
                         trial.target_m.y());
    }
  }
  return csv;
}

}  // namespace efferent

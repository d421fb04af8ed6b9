#include "tests/bench/scale_trial.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "clients/load/load_report.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/process_usage.h"

namespace efferent::bench {

double ScaleOutcome::processors_per_session() const {
  return processors / std::max(1, load.num_sessions);
}

double ScaleOutcome::resident_bytes_per_session() const {
  return static_cast<double>(resident_bytes - empty_resident_bytes) /
         std::max(1, load.num_sessions);
}

ScaleOutcome RunScaleTrial(const ScaleTrial& trial, StopFlag* stop,
                           const std::function<void(const std::string&)>& show) {
  const ScratchFolder folder;
  const std::string config = folder.path() / "efferentd.yaml";
  std::ofstream(config) << fmt::format("server:\n  max_sessions: {}\n", trial.num_sessions);
  BenchServer server("efferentd", OwnProgram().parent_path() / "efferentd",
                     {"--listen", "127.0.0.1:0", "--log-level", "error", "--config", config},
                     folder);
  load::LoadOptions options;
  options.address = server.address();
  options.num_sessions = trial.num_sessions;
  options.duration_s = trial.seconds;
  options.num_channels = trial.num_channels;
  options.bin_width_ms = trial.bin_width_ms;
  options.deadline_ms = trial.deadline_ms;
  options.real_time = trial.real_time;
  options.session_config_file = folder.path() / "session.yaml";
  std::ofstream(options.session_config_file)
      << fmt::format("decoder:\n  snn:\n    num_neurons: {}\n", trial.num_neurons);

  ScaleOutcome outcome;
  outcome.empty_resident_bytes = ResidentBytes(server.process_id());
  load::LoadRun run(options, *stop);
  const std::int64_t before_ns = ProcessorTimeNs(server.process_id());
  outcome.load = run.Run(stop, [&](double elapsed_s, const load::LoadCounts& counts) {
    if (elapsed_s > 0.0 && counts.answered > 0) {
      const auto used_ns = static_cast<double>(ProcessorTimeNs(server.process_id()) - before_ns);
      outcome.processors = 1e-9 * used_ns / elapsed_s;
      outcome.us_per_bin = 1e-3 * used_ns / static_cast<double>(counts.answered);
    }
    outcome.resident_bytes = std::max(outcome.resident_bytes, ResidentBytes(server.process_id()));
    show(load::DescribeProgress(options, run.num_sessions(), elapsed_s, counts));
  });
  if (stop->requested()) throw std::runtime_error("interrupted");
  server.RequireRunning();
  return outcome;
}

}  // namespace efferent::bench

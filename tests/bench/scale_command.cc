#include "tests/bench/scale_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "clients/report/result_row.h"
#include "clients/report/status_line.h"
#include "clients/session/stop_flag.h"
#include "tests/bench/largest_held.h"
#include "tests/bench/machine_note.h"
#include "tests/bench/pinning.h"
#include "tests/bench/scale_report.h"
#include "tests/bench/scale_trial.h"

namespace efferent::bench {
namespace {

struct ScaleOptions {
  double seconds = 3.0;
  int max_sessions = 256;
  int attempts = 3;
  double missed_at_most = 0.001;
  bool real_time = true;
  std::vector<int> channels = {32, 96, 256, 1024};
  std::vector<int> neurons = {32, 64, 128};
  std::vector<int> sessions = {1, 2, 4, 8, 16};
  std::vector<int> cpus;
  std::string json_path;
};

// The decoder's default.
constexpr int kNeurons = 64;
constexpr int kChannels = 96;
// Of the sessions that costs are taken from: enough to divide what the server itself needs.
constexpr int kCostSessions = 4;

constexpr const char* kExplanation = R"(
Every trial is an efferentd of its own, loaded as `efferent load` does it, from this process: simulated arrays in real time, the
snn decoder learning, arms that report their state. Sessions are held if no more than 0.1 % of the bins were answered later than the
deadline after they were due; the largest such number is looked for by doubling and bisecting, and what is not held is tried
again, for the machine may have stumbled. Deadlines of a millisecond are at its mercy: see the 5 ms beside them.
  limit        what came in the way of more
  skipped %    labelled bins from which the server learnt nothing, to be in time
  us/bin       processor time of the server for each bin: transport, decoding, learning
  CPU % each   of one processor, a session
  MB each      resident memory, a session
The load shares the machine with the server: what a rig costs its own machine is missing from what is held.

Examples:
  efferent-bench scale                            some four minutes
  efferent-bench scale --seconds 20 --json scale.json
  efferent-bench scale --channels 96 --neurons 64 --sessions 1,2,4,8,16,32)";

/// All trials of a run, shown as they go.
class ScaleRun {
 public:
  explicit ScaleRun(const ScaleOptions& options) : options_(options), stop_(ProcessStopFlag()) {}

  HeldSessions FindHeld(double bin_width_ms, double deadline_ms, int first) {
    HeldSessions held;
    held.trial = MakeTrial(kChannels, kNeurons, 1);
    held.trial.bin_width_ms = bin_width_ms;
    held.trial.deadline_ms = deadline_ms;
    int not_held = 0;  // What why_not_more is about.
    LargestHeld(first, options_.max_sessions, options_.attempts, [&](int num_sessions) {
      ScaleTrial trial = held.trial;
      trial.num_sessions = num_sessions;
      ScaleOutcome outcome = Run(trial);
      const double missed_share = outcome.load.counts.missed_share();
      if (outcome.load.num_sessions < num_sessions) {
        held.why_not_more = fmt::format("{}: refused", num_sessions);
        held.refusal = outcome.load.refusal;
      } else if (missed_share > options_.missed_at_most) {
        held.why_not_more =
            fmt::format("{}: {:.2f} % missed, p99 {:.0f} us", num_sessions, 100.0 * missed_share,
                        outcome.load.counts.latency.PercentileUs(0.99).value_or(0.0));
      } else {
        if (not_held <= num_sessions) held.why_not_more.clear();  // It was a stumble.
        held.trial.num_sessions = num_sessions;
        held.outcome = std::move(outcome);
        return true;
      }
      not_held = num_sessions;
      return false;
    });
    return held;
  }

  ScaleCost FindCost(int num_channels, int num_neurons, int num_sessions) {
    const ScaleTrial trial = MakeTrial(num_channels, num_neurons, num_sessions);
    return {trial, Run(trial)};
  }

  void Finish() { line_.Finish("done"); }

 private:
  ScaleTrial MakeTrial(int num_channels, int num_neurons, int num_sessions) const {
    ScaleTrial trial;
    trial.num_sessions = num_sessions;
    trial.num_channels = num_channels;
    trial.num_neurons = num_neurons;
    trial.seconds = options_.seconds;
    trial.real_time = options_.real_time;
    return trial;
  }

  ScaleOutcome Run(const ScaleTrial& trial) {
    return RunScaleTrial(trial, &stop_, [&](const std::string& text) {
      if (!line_.IsDue()) return;
      line_.Show(fmt::format("{} channels, {} neurons, {:g} ms, due in {:g} ms: {}",
                             trial.num_channels, trial.num_neurons, trial.bin_width_ms,
                             trial.deadline_ms, text));
    });
  }

  const ScaleOptions& options_;
  StopFlag& stop_;
  StatusLine line_;
};

void Run(const ScaleOptions& options) {
  PinTo(options.cpus);
  const MachineNote machine;
  ScaleRun run(options);
  std::vector<HeldSessions> held;
  held.push_back(run.FindHeld(20.0, 20.0, 8));
  held.push_back(run.FindHeld(1.0, 5.0, 1));
  held.push_back(run.FindHeld(1.0, 1.0, 1));
  std::vector<ScaleCost> costs;
  for (const int channels : options.channels) {
    for (const int neurons : options.neurons) {
      costs.push_back(run.FindCost(channels, neurons, kCostSessions));
    }
  }
  for (const int sessions : options.sessions) {
    costs.push_back(run.FindCost(kChannels, kNeurons, sessions));
  }
  run.Finish();
  if (!options.json_path.empty()) WriteResultRows(options.json_path, ScaleRows(held, costs));
  fmt::print("{}\n{}\n{}", HeldTable(held), CostTable(costs), machine.Describe());
}

}  // namespace

void AddScaleCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "scale", "Sessions that are held in real time, and what each costs in time and memory.");
  command->footer(kExplanation);
  const auto options = std::make_shared<ScaleOptions>();
  command->add_option("--json", options->json_path, "Write all figures to this file, as rows")
      ->option_text("FILE");
  command->add_option("--seconds", options->seconds, "Time for each trial")
      ->check(CLI::Range(0.2, 3600.0))
      ->option_text("SECONDS [3]");
  command->add_option("--max-sessions", options->max_sessions, "Look no further")
      ->check(CLI::Range(1, 10'000))
      ->option_text("NUMBER [256]");
  command
      ->add_option("--attempts", options->attempts,
                   "So often a number of sessions is tried that is not held")
      ->check(CLI::Range(1, 100))
      ->option_text("NUMBER [3]");
  command
      ->add_option("--missed-at-most", options->missed_at_most,
                   "Share of missed deadlines up to which sessions are held")
      ->check(CLI::Range(0.0, 1.0))
      ->option_text("SHARE [0.001]");
  command->add_flag(
      "!--no-real-time", options->real_time,
      "Sessions without timing.real_time: none is refused for want of processor time, "
      "and no learning is skipped");
  const auto add_list = [&](const std::string& name, std::vector<int>* list, int max,
                            const std::string& what, const std::string& text) {
    command->add_option(name, *list, what)
        ->delimiter(',')
        ->check(CLI::Range(1, max))
        ->option_text(text);
  };
  add_list("--channels", &options->channels, 4096, "Costs at so many channels",
           "LIST [32,96,256,1024]");
  add_list("--neurons", &options->neurons, 1024, "each with so many neurons", "LIST [32,64,128]");
  add_list("--sessions", &options->sessions, 10'000, "Costs with so many sessions",
           "LIST [1,2,4,8,16]");
  AddCpuOption(command, &options->cpus);
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

#include "tests/bench/step_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "clients/report/progress_bar.h"
#include "clients/report/result_row.h"
#include "tests/bench/memory_bandwidth.h"
#include "tests/bench/paired_timer.h"
#include "tests/bench/pinning.h"
#include "tests/bench/steady_state_check.h"
#include "tests/bench/step_case.h"
#include "tests/bench/step_report.h"

namespace efferent::bench {
namespace {

struct StepOptions {
  std::string json_path;
  double seconds = 1.0;
  std::vector<int> cpus;
  kernels::InstructionSet instructions = kernels::BestInstructionSet();
  std::uint64_t seed = 1;
  bool check = false;
  std::int64_t check_bins = 1'000'000;
};

const std::map<std::string, kernels::InstructionSet> kInstructionSets{
    {"portable", kernels::InstructionSet::kPortable}, {"avx2", kernels::InstructionSet::kAvx2}};

constexpr const char* kExplanation = R"(
Each case runs the decoder's own code and a reference on the same inputs, block by block in turn; every step is timed by
itself. The reference is the same equations as one writes them at first: dense matrix-vector products, plain loops and
array expressions of Eigen, one sub-step and one operation after the other, the same compiler flags.
  ref/own      the reference's median by the own one, block by block: median and its 95 % interval
  Gsyn/s       synapses read or learnt, in thousand millions a second
  kB/step      bytes that a step has to read and write, sources of spikes that did not occur left out
  bandwidth    that, as a share of what one core reads from the level of memory that holds the state
  Hz           measured firing rate
Machines are noisy: compare p50 and ratios of one run, not times of two.

Examples:
  efferent-bench step                         some 30 seconds
  efferent-bench step --seconds 5 --cpu 1     steadier figures, on one core
  efferent-bench step --kernels portable      what a processor without AVX2 does
  efferent-bench step --check                 10^6 bins: does anything grow?)";

void RunCases(const StepOptions& options) {
  const PairedTimer timer;
  const kernels::Kernels kernels(options.instructions);
  std::vector<StepCase> cases = MakeStepCases(kernels, options.seed);
  ProgressBar progress(static_cast<std::int64_t>(cases.size()) + 1);
  progress.Show(0, "memory bandwidth");
  const auto levels = MeasureBandwidth(0.1 * options.seconds);
  std::vector<StepResult> results;
  std::vector<ResultRow> rows = BandwidthRows(levels);
  for (StepCase& step_case : cases) {
    progress.Show(static_cast<std::int64_t>(results.size()) + 1, step_case.name);
    results.push_back(
        Summarize(step_case, timer.Run(&step_case, options.seconds), levels, options.seed));
    rows.insert(rows.end(), results.back().rows.begin(), results.back().rows.end());
  }
  progress.Finish(static_cast<std::int64_t>(cases.size()) + 1, "done");

  if (!options.json_path.empty()) WriteResultRows(options.json_path, rows);
  fmt::print("{}\n", BandwidthTable(levels));
  for (const StepCase& step_case : cases) fmt::print("{:20} {}\n", step_case.name, step_case.what);
  fmt::print("\n{}", StepTable(results));
  fmt::print("one thread, {} kernels; reading the clock takes {:.3f} us of each step\n",
             options.instructions == kernels::InstructionSet::kAvx2 ? "AVX2" : "portable",
             timer.overhead_us());
}

void Run(const StepOptions& options) {
  PinTo(options.cpus);
  if (options.check) {
    CheckSteadyState(options.check_bins, kernels::Kernels(options.instructions), options.seed);
  } else {
    RunCases(options);
  }
}

}  // namespace

void AddStepCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "step",
      "Microseconds per decoder step, forward and learning, beside a plain implementation.");
  command->footer(kExplanation);
  const auto options = std::make_shared<StepOptions>();
  command->add_option("--json", options->json_path, "Write all figures to this file, as rows")
      ->option_text("FILE");
  command->add_option("--seconds", options->seconds, "Time for each case")
      ->check(CLI::Range(0.001, 3600.0))
      ->option_text("SECONDS [1]");
  AddCpuOption(command, &options->cpus);
  command
      ->add_option("--kernels", options->instructions, "Kernels to measure; default: the fastest")
      ->transform(CLI::CheckedTransformer(kInstructionSets))
      ->option_text("portable|avx2");
  command->add_option("--seed", options->seed, "Of weights and inputs")->option_text("NUMBER [1]");
  auto* check = command->add_flag(
      "--check", options->check,
      "Instead of timing: run a session for many bins and fail if it allocates or grows");
  command->add_option("--check-bins", options->check_bins, "How many")
      ->needs(check)
      ->check(CLI::Range(1, 1'000'000'000))
      ->option_text("BINS [1000000]");
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

#include "clients/evaluation/closed_loop/closed_loop_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "clients/evaluation/closed_loop/closed_loop_html.h"
#include "clients/evaluation/closed_loop/closed_loop_rows.h"
#include "clients/evaluation/closed_loop/condition_table.h"
#include "clients/evaluation/closed_loop/study.h"
#include "clients/report/output_file.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"

namespace efferent {
namespace {

using closed_loop::Condition;
using closed_loop::ConditionLengths;
using closed_loop::PopulationFile;
using closed_loop::StudyParams;
using closed_loop::StudyProgress;

struct Options {
  StudyParams study;
  std::string conditions;
  std::vector<std::string> population_paths;
  ConditionLengths lengths;
  bool quick = false;
  std::optional<std::string> json_path;
  std::optional<std::string> report_path;
  bool overwrite = false;
};

// A try, and what tests run: some ten seconds of two processors' time.
constexpr const char* kQuickConditions = "ops46_10,loss60,delayed_user";
constexpr int kQuickPopulations = 2;
constexpr int kQuickControlPopulations = 1;
constexpr int kQuickTestTrials = 20;

constexpr const char* kDefaultDecoders = "snn,kalman,refit_kalman,rls,nlms";

std::string Footer() {
  std::string text =
      "A trial starts at rest in the centre of a circle of 8 cm, on which the target lies, with a "
      "radius of 2.5 cm. It is reached when the cursor has stayed on it for 0.5 s, and given up "
      "after 3 s, which then counts as its time. Decoders learn in the condition's learning trials "
      "and are frozen in the test trials that are scored. Each figure is a mean over populations, "
      "with Student's 95 % confidence interval. `intent` and `label` are no decoders: the arm does "
      "what the "
      "user wants, or what decoders are taught.\n\nConditions:\n";
  for (const Condition& c : closed_loop::AllConditions({}, {})) {
    text += fmt::format("  {:16} {}\n", c.name, c.description);
  }
  text +=
      "  gc_neuron1..3    populations of a benchmark, from --population or from the folder ops/ of "
      "$EFFERENT_DATA\n\nExamples:\n"
      "  efferent eval closed-loop --quick                       a try, some seconds\n"
      "  efferent eval closed-loop --report closed_loop.html     everything, some minutes\n"
      "  efferent eval closed-loop --conditions loss60,loss90 --decoders snn,rls "
      "--set snn.learning_rate=0.0005";
  return text;
}

/// Files that were named, else those of the data folder.
std::vector<PopulationFile> FindPopulations(const std::vector<std::string>& paths) {
  std::vector<PopulationFile> files;
  files.reserve(paths.size());
  for (const std::string& path : paths) {
    files.push_back({std::filesystem::path(path).stem().string(), path});
  }
  const char* folder = std::getenv("EFFERENT_DATA");
  if (!files.empty() || folder == nullptr) return files;
  for (const char* name : {"gc_neuron1", "gc_neuron2", "gc_neuron3"}) {
    const std::filesystem::path path =
        std::filesystem::path(folder) / "ops" / (std::string(name) + ".csv");
    if (std::filesystem::exists(path)) files.push_back({name, path.string()});
  }
  return files;
}

void Run(Options options) {
  if (options.quick) {
    if (options.conditions.empty()) options.conditions = kQuickConditions;
    options.study.num_populations = std::min(options.study.num_populations, kQuickPopulations);
    options.study.num_control_populations = kQuickControlPopulations;
    options.lengths.test_trials = std::min(options.lengths.test_trials, kQuickTestTrials);
  }
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  const auto report_file = MakeOutputFile(options.report_path, options.overwrite);
  const auto conditions = closed_loop::ChooseConditions(
      closed_loop::AllConditions(FindPopulations(options.population_paths), options.lengths),
      options.conditions);
  std::optional<ProgressBar> bar;
  StudyProgress last;
  const auto outcomes =
      closed_loop::RunStudy(conditions, options.study, [&](const StudyProgress& progress) {
        if (!bar) bar.emplace(progress.num_trials);
        last = progress;
        if (!bar->IsDue()) return;
        bar->Show(progress.trials_done, fmt::format("{}  {} of {} runs", progress.condition,
                                                    progress.num_done, progress.num_runs));
      });
  if (bar) bar->Finish(last.num_trials, fmt::format("{} runs", last.num_runs));
  if (json_file) {
    json_file->Write(ResultRowsJson(closed_loop::MakeRows(outcomes, options.study.seed)));
  }
  if (report_file) {
    report_file->Write(closed_loop::MakePage(outcomes, options.study, EFFERENT_VERSION).ToString());
  }
  Print(
      "frozen test trials: {} in each of {} runs, with another population and seed each, "
      "from seed {}\nmean over runs (95 % confidence interval)\n\n{}",
      options.lengths.test_trials, options.study.num_populations, options.study.seed,
      closed_loop::MakeTable(outcomes));
}

}  // namespace

void AddClosedLoopCommand(CLI::App& eval) {
  CLI::App* command = eval.add_subcommand(
      "closed-loop", "Decoders steer a cursor for simulated users, who react to what they see.");
  command->footer(Footer());
  const auto options = std::make_shared<Options>();
  StudyParams& study = options->study;
  command->add_option("--conditions", options->conditions,
                      "Conditions to run, in a list (below). Default: all");
  study.decoders.decoders = kDefaultDecoders;
  AddDecoderOptions(command, &study.decoders);
  command
      ->add_option("--populations", study.num_populations,
                   "Runs of each condition, each with another population and seed")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      ->add_option(
          "--control-populations", study.num_control_populations,
          "Runs of each condition with every neuron silent, the dead-neuron control, and as many "
          "with all spikes in one channel")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--population", options->population_paths,
                   "CSV files (cos, sin, minimum, maximum rate in Hz), a condition each, named as "
                   "the file. Default: gc_neuron1.csv to gc_neuron3.csv of $EFFERENT_DATA/ops")
      ->type_name("FILE");
  command->add_option("--test-trials", options->lengths.test_trials, "Scored trials of each run")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command->add_option("--seed", study.seed, "Seed of the first run; run i has this + i")
      ->capture_default_str();
  command
      ->add_option("--threads", study.num_threads,
                   "Threads; 0: as many as the machine has. No figure depends on it")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag(
      "--quick", options->quick,
      fmt::format("A try: {} unless --conditions names others, at most {} populations "
                  "and {} test trials",
                  kQuickConditions, kQuickPopulations, kQuickTestTrials));
  command->add_option("--json", options->json_path, "Write the figures as a list of result rows");
  command->add_option("--report", options->report_path,
                      "Write a page with tables, learning curves and trajectories (HTML)");
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command->callback([options] { Run(*options); });
}

}  // namespace efferent

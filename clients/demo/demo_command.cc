#include "clients/demo/demo_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "clients/demo/demo_plots.h"
#include "clients/demo/demo_report.h"
#include "clients/demo/demo_run.h"
#include "clients/report/gnuplot.h"
#include "clients/report/output_file.h"
#include "clients/report/standard_output.h"
#include "clients/session/decoder_name.h"
#include "files/printable_text.h"

namespace efferent {
namespace {

using demo::DemoOptions;

constexpr const char* kExamples = R"(
Success is staying in the target for the hold time with learning off; the dead-neuron control shows
that the decoder reaches nothing without a brain. Results go to OUT: logs, arm.json, subject.json,
trials.svg and paths.svg (and .png).

Examples:
  efferent demo                          in real time, some 6 minutes
  efferent demo --fast --require         in lock step, some 15 seconds; fails if it falls short
  efferent demo --fast --population 46   the harder, noisy setting with 46 neurons
  efferent demo --fast --decoder kalman  another decoder
  efferent demo --fast --render          and frames of the arm
  efferent demo --fast --record demo.nwb and a recording of the session)";

// Whether a demo writes a file of this name into its folder.
bool IsOfADemo(const std::string& file) {
  return file == "arm.json" || file == "subject.json" || file.ends_with(".log") ||
         file.starts_with("trials.") || file.starts_with("paths.");
}

void Draw(const DemoOptions& options, const std::vector<demo::TrialRecord>& trials) {
  const std::filesystem::path out_dir = options.out_dir;
  const auto phases = demo::DemoPhases(options);
  const PlotScript trials_plot = demo::TrialsPlot(trials, phases);
  const PlotScript paths_plot = demo::PathsPlot(trials, phases);
  for (const PlotFormat format : {PlotFormat::kSvg, PlotFormat::kPng}) {
    const std::string extension = format == PlotFormat::kSvg ? ".svg" : ".png";
    OutputFile(out_dir / ("trials" + extension), options.overwrite)
        .Write(DrawPlot(trials_plot, format, {1100, 520}));
    OutputFile(out_dir / ("paths" + extension), options.overwrite)
        .Write(DrawPlot(paths_plot, format, {1050, 740}));
  }
}

void RunDemo(const DemoOptions& options) {
  MakeOutputFolder(options.out_dir, options.overwrite, IsOfADemo);
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  const auto nwb_file = MakeOutputFile(options.record_path, options.overwrite);
  StopFlag& stop = ProcessStopFlag();
  std::vector<ResultRow> rows;
  std::vector<demo::TrialRecord> trials;
  double wall_s = 0.0, session_s = 0.0;
  {
    demo::DemoRun run(options, stop);
    fmt::print(stderr, "closed loop of efferentd, subject and arm, {}; logs in {}\n",
               options.fast ? "in lock step, faster than real time" : "in real time",
               options.out_dir);
    rows = nwb_file ? run.Run(nwb_file->partial_name()) : run.Run();
    trials = run.Trials();
    wall_s = run.wall_s();
    session_s = run.session_s();
  }
  if (json_file) json_file->Write(ResultRowsJson(rows));
  if (nwb_file) nwb_file->Complete();
  Print("\nlearning off while scored; decoder {}, {:.0f} s of session time in {:.0f} s\n\n{}\n",
        options.decoder, session_s, wall_s, demo::DemoTable(rows));
  try {
    Draw(options, trials);
    Print("plots: {0}/trials.svg {0}/paths.svg (and .png)\n", options.out_dir);
  } catch (const std::exception& e) {
    fmt::print(stderr, "no plots: {}\n", PrintableLines(e.what()));
  }
  if (nwb_file) {
    Print("recording: {0}; to decode it: efferent eval recording {0} --bin-width-ms 10\n",
          *options.record_path);
  }
  if (!options.require) return;
  const std::string shortfalls = demo::Shortfalls(rows);
  if (!shortfalls.empty()) throw std::runtime_error("the goals are not met:\n" + shortfalls);
  Print("all goals are met\n");
}

}  // namespace

void AddDemoCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "demo",
      "The whole closed loop on this machine: server, simulated brain and arm as processes. A "
      "decoder that knows nothing learns, is frozen and scored; neurons are lost, it learns again; "
      "a dead brain is the control.");
  command->footer(kExamples);
  const auto options = std::make_shared<DemoOptions>();
  command->add_option("--out", options->out_dir, "Directory for logs, results and plots")
      ->capture_default_str();
  command->add_option("--decoder", options->decoder, "Decoder of the session")
      ->check(CLI::IsMember(DecoderNames()))
      ->capture_default_str();
  command->add_option("--user", options->user, "Simulated user (see `efferent subject --help`)")
      ->check(CLI::IsMember({"ops", "delayed"}))
      ->capture_default_str();
  command
      ->add_option("--learn-from", options->learn_from,
                   "What the decoder is taught by (see `efferent subject --help`)")
      ->check(CLI::IsMember({"target", "reward"}))
      ->capture_default_str();
  command->add_option("--population", options->population,
                      "CSV file or number of neurons (see `efferent subject --help`)");
  command->add_option("--seed", options->seed, "Seed of all that is random")->capture_default_str();
  command
      ->add_option("--learning-trials", options->learning_trials, "Trials of each learning phase")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_option("--test-trials", options->test_trials, "Trials of each scored phase")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--dead-learning-trials", options->dead_learning_trials,
                   "Learning trials of the dead brain")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--dead-test-trials", options->dead_test_trials,
                   "Scored trials of the dead brain")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command
      ->add_option("--loss", options->loss, "Share of the neurons that is lost before relearning")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command->add_flag("--fast", options->fast, "In lock step, faster than real time; reproducible");
  command->add_flag("--render", options->render, "Draw frames of the arm into OUT/frames");
  command->add_flag("--require", options->require,
                    "Fail unless the success rates are >= 98 % learned, >= 95 % relearned, < 5 % "
                    "with dead neurons");
  command->add_option("--json", options->json_path, "Write results as a list of result rows");
  command->add_option(
      "--record", options->record_path,
      "Write the session as an NWB 2 file: a recording to try the other commands on");
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command->add_option("--server-program", options->server_program,
                      "Server to start (default: efferentd beside this program)");
  command->add_option("--timeout-s", options->timeout_s, "Give up after so many seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->callback([options] { RunDemo(*options); });
}

}  // namespace efferent

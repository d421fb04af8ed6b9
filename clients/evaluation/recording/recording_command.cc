#include "clients/evaluation/recording/recording_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "clients/acquisition/recording_options.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/evaluation/decoder_choice.h"
#include "clients/evaluation/recording/recording_evaluation.h"
#include "clients/evaluation/recording/recording_page.h"
#include "clients/evaluation/recording/recording_table.h"
#include "clients/evaluation/step_settings.h"
#include "clients/report/named_choice.h"
#include "clients/report/output_file.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

struct CommandOptions {
  std::vector<std::string> paths;
  RecordingOptions recording;
  DecoderOptions decoders;
  EvaluationSettings settings;
  std::string label = "auto";
  std::string seeds;
  std::optional<std::string> json_path;
  std::optional<std::string> report_path;
  bool overwrite = false;
};

constexpr const char* kExamples = R"(
The decoders run in this process, through the same step as the server, with the behaviour and labels that
`efferent stream` would send. Nothing is fitted before the recording begins.

prequential-trials: each trial is decoded with what was learnt from the trials before it, so no trial is
scored by weights that have seen it. holdout: the last part of the recording is scored twice, with
learning off from there on, and with learning going on.

Every decoder runs once more with all channels silent, and once with all spikes in one channel. What it
reaches then, it owes to the task or to its labels and not to what the neurons say. 90 degrees (R2: 0) is chance; where the cursor strayed, the way back to the target can be
guessed without a brain, and the control says how well.

Intervals (in --json and --report) are 95 %, from a bootstrap over trials; over seeds, Student's t.

Examples:
  efferent eval recording session.nwb
      every decoder, and the decoder of the day where the file has its velocity
  efferent eval recording session.nwb --decoders snn,still=snn --set still.learning_rate=0 --seeds 5
      what learning in the network adds, over five draws of its weights
  efferent eval recording sorted.nwb --label kinematics --protocol holdout --bin-width-ms 10
      velocity of the hand, R2 on the last quarter
)";

std::vector<std::uint64_t> ParseSeeds(const std::string& text) {
  std::vector<std::uint64_t> seeds;
  std::istringstream entries(text);
  for (std::string entry; std::getline(entries, entry, ',');) {
    std::uint64_t seed = 0;
    const auto [end, error] = std::from_chars(entry.data(), entry.data() + entry.size(), seed);
    if (error != std::errc() || end != entry.data() + entry.size()) {
      throw InputError(fmt::format(
          "--seeds {}: must be a number of seeds (5: seeds 1 to 5) or a list (3,7,11)", text));
    }
    if (std::find(seeds.begin(), seeds.end(), seed) != seeds.end()) {
      throw InputError(fmt::format("--seeds {}: {} is there twice", text, seed));
    }
    seeds.push_back(seed);
  }
  if (text.find(',') != std::string::npos || seeds.empty()) return seeds;
  const std::uint64_t count = seeds.front();
  if (count < 1 || count > 1000) {
    throw InputError(fmt::format("--seeds {}: must be 1 to 1000 seeds, or a list", text));
  }
  seeds.clear();
  for (std::uint64_t seed = 1; seed <= count; ++seed) seeds.push_back(seed);
  return seeds;
}

// Of all files; with several a condition says which it is of.
std::vector<ResultRow> AllRows(const std::vector<RecordingEvaluation>& evaluations) {
  std::vector<ResultRow> rows;
  for (const RecordingEvaluation& evaluation : evaluations) {
    const std::string stem = std::filesystem::path(evaluation.recording->path).stem().string();
    for (ResultRow row : evaluation.rows) {
      if (evaluations.size() > 1) row.condition = stem + "/" + row.condition;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

void RequireDifferentNames(const std::vector<std::string>& paths) {
  std::vector<std::string> stems;
  for (const std::string& path : paths) {
    const std::string stem = std::filesystem::path(path).stem().string();
    if (std::find(stems.begin(), stems.end(), stem) != stems.end()) {
      throw InputError(fmt::format(
          "{}: two recordings are named {}; figures could not be told apart, rename one", path,
          stem));
    }
    stems.push_back(stem);
  }
}

void RunEvaluation(CommandOptions options) {
  RequireDifferentNames(options.paths);
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  const auto report_file = MakeOutputFile(options.report_path, options.overwrite);
  EvaluationSettings& settings = options.settings;
  std::vector<std::string> of_decoders = options.decoders.settings;
  settings.fit_limits = std::none_of(
      of_decoders.begin(), of_decoders.end(),
      [](const std::string& setting) { return setting.starts_with("limits.max_speed_m_s="); });
  ApplyStepSettings(&of_decoders, &settings.step);
  settings.decoders = ChooseDecoders(options.decoders.decoders, of_decoders);
  settings.seeds = ParseSeeds(options.seeds);
  if (options.label == "target") settings.label = LabelSource::kTarget;
  if (options.label == "kinematics") settings.label = LabelSource::kKinematics;

  std::vector<Recording> recordings;
  for (const std::string& path : options.paths) {
    options.recording.path = path;
    recordings.push_back(ReadRecording(options.recording));
    PrintLines(DescribeRecording(recordings.back()));
  }
  FlushOutput();

  std::optional<ProgressBar> bar;
  std::int64_t total = 0;
  const std::vector<RecordingEvaluation> evaluations =
      EvaluateRecordings(&recordings, settings, [&](std::int64_t done, std::int64_t of) {
        if (!bar) bar.emplace(total = of, stderr);
        if (bar->IsDue()) bar->Show(done, fmt::format("{} of {} bins", done, of));
      });
  if (bar) bar->Finish(total, fmt::format("{} bins", total));

  // Files first: what is printed may go to a device that takes nothing more.
  if (report_file) {
    const PageSettings page{&settings, EFFERENT_VERSION};
    report_file->Write(MakeRecordingPage(evaluations, page).ToString());
  }
  if (json_file) json_file->Write(ResultRowsJson(AllRows(evaluations)));
  for (const RecordingEvaluation& evaluation : evaluations) {
    if (evaluations.size() > 1) Print("\n{}\n", evaluation.recording->path);
    PrintLines(DescribeEvaluation(evaluation));
  }
  if (options.report_path) Print("report: {}\n", *options.report_path);
  if (options.json_path) Print("figures: {}\n", *options.json_path);
}

void AddProtocolOptions(CLI::App* command, CommandOptions* options) {
  constexpr const char* kGroup = "Protocol";
  EvaluationSettings& settings = options->settings;
  command
      ->add_option("--protocol", settings.protocol,
                   "How learning and scoring are arranged. Default: prequential-trials")
      ->transform(NamedChoice<RecordingProtocol>(
          {{"prequential-trials", RecordingProtocol::kPrequentialTrials},
           {"holdout", RecordingProtocol::kHoldout}}))
      ->group(kGroup);
  command
      ->add_option("--holdout", settings.holdout,
                   "Share of the recording, at its end, that --protocol holdout scores")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 0.99))
      ->group(kGroup);
  command
      ->add_option("--label", options->label,
                   "What is learnt and scored: the direction to the target (angle error) or the "
                   "measured velocity (R2). Default: target if the recording has one")
      ->check(CLI::IsMember({"target", "kinematics"}))
      ->group(kGroup);
  command
      ->add_option("--seeds", options->seeds,
                   "Run each decoder that draws its weights with several seeds: how many (5: seeds "
                   "1 to 5), or which (3,7,11). Default: one run with the decoder's own")
      ->group(kGroup);
  command
      ->add_option("--block", settings.block_s,
                   "Seconds that serve as a trial in recordings without trials")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 3600.0))
      ->group(kGroup);
  command
      ->add_option("--threads", settings.num_threads,
                   "Threads; 0: as many as the machine has. Figures do not depend on it, but for "
                   "the time a bin takes")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024))
      ->group(kGroup);
  command->add_option("--json", options->json_path, "Write the figures to this file")
      ->group(kGroup);
  command
      ->add_option("--report", options->report_path,
                   "Write a report with tables and charts to this .html file; it needs no network")
      ->check([](const std::string& path) {
        return std::filesystem::path(path).extension() == ".html"
                   ? std::string()
                   : "is " + path + ", must end with .html";
      })
      ->group(kGroup);
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp)->group(kGroup);
}

}  // namespace

void AddEvalRecordingCommand(CLI::App& eval) {
  CLI::App* command = eval.add_subcommand(
      "recording", "Decode recordings with several decoders side by side, and score them.");
  auto options = std::make_shared<CommandOptions>();
  command->add_option("FILE", options->paths, "NWB 2 files")->required()->group(kRecordingGroup);
  AddRecordingOptions(command, &options->recording);
  AddDecoderOptions(command, &options->decoders);
  AddProtocolOptions(command, options.get());
  command->footer(kExamples);
  command->callback([options] { RunEvaluation(*options); });
}

}  // namespace efferent

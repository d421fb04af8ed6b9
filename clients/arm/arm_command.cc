#include "clients/arm/arm_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <memory>

#include "clients/arm/arm_client.h"
#include "clients/arm/arm_report.h"
#include "clients/arm/frame_writer.h"
#include "clients/report/named_choice.h"
#include "clients/report/output_file.h"
#include "clients/report/standard_output.h"
#include "clients/report/status_line.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr const char* kDescription =
    "A simulated arm (two links, MuJoCo) with a reaching task: follows the commands of a session, "
    "and scores them.";

constexpr const char* kFooter = R"(Scores, of each phase:
  success          share of the trials in which the end point stayed in the target for the hold time
  time to target   from the start of the trial, the hold included; a failed trial counts as the limit
  path efficiency  straight distance / length of the path, up to where the target was first entered
  bits/s           log2(1 + D / W) / time, D the distance to the target's centre, W its diameter

Examples:
  efferent arm --session s1 --phase practice:50:learn --phase test:50:frozen
  efferent arm --session s1 --task random_target --phase free:100:learn --json scores.json
  efferent arm --session s1 --phase look:5:frozen --render frames)";

/// NAME:TRIALS:learn|frozen
Phase ParsePhase(const std::string& text) {
  const std::size_t second = text.rfind(':');
  const std::size_t first =
      second == std::string::npos || second == 0 ? std::string::npos : text.rfind(':', second - 1);
  if (first != std::string::npos && first > 0) {
    Phase phase;
    phase.name = text.substr(0, first);
    const std::string mode = text.substr(second + 1);
    const char* begin = text.data() + first + 1;
    const char* end = text.data() + second;
    const auto [parsed, error] = std::from_chars(begin, end, phase.num_trials);
    phase.learn = mode == "learn";
    if (error == std::errc() && parsed == end && phase.num_trials >= 1 &&
        (mode == "learn" || mode == "frozen")) {
      return phase;
    }
  }
  throw InputError(
      "--phase \"" + text +
      "\": must be NAME:TRIALS:learn or NAME:TRIALS:frozen, for example test:50:frozen");
}

std::string Describe(const ArmClient& client) {
  const ArmRig& rig = client.rig();
  const Experiment& experiment = rig.experiment();
  const PhaseProgress& progress = experiment.progress(experiment.phase());
  const Phase& phase = experiment.phases()[static_cast<std::size_t>(experiment.phase())];
  std::string text = fmt::format("{} ({})  {}/{} trials  {} reached", phase.name,
                                 phase.learn ? "learning" : "frozen", progress.num_done,
                                 phase.num_trials, progress.num_reached);
  text += !client.commands_come() ? "  STOPPED: no commands"
          : rig.is_moving()       ? "  moving"
                                  : "  holding";
  if (const auto p50 = client.round_trips(std::nullopt).PercentileUs(0.5)) {
    text += fmt::format("  round trip p50 {:.0f} us", *p50);
  }
  return text;
}

void RunArm(ArmOptions options, const std::vector<std::string>& phases) {
  for (const std::string& phase : phases) options.phases.push_back(ParsePhase(phase));
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  const auto trials_file = MakeOutputFile(options.trials_csv_path, options.overwrite);
  const auto trajectory_file = MakeOutputFile(options.trajectory_csv_path, options.overwrite);
  if (!options.render_directory.empty()) {
    PrepareFrames(options.render_directory, options.overwrite);
  }
  StatusLine line;
  std::unique_ptr<ArmClient> client;
  try {
    client = std::make_unique<ArmClient>(
        options, ProcessStopFlag(), [&](const std::string& news) { line.Print(news); },
        [&] {
          if (line.IsDue()) line.Show(Describe(*client));
        });
  } catch (const std::invalid_argument& e) {
    throw InputError(e.what());
  }
  client->Run();
  line.Finish(Describe(*client));
  if (json_file) json_file->Write(ResultRowsJson(ArmRows(*client, options.lockstep)));
  if (trials_file) trials_file->Write(TrialsCsv(*client));
  if (trajectory_file) trajectory_file->Write(TrajectoryCsv(*client));
  PrintLines(ArmTable(*client));
  if (client->num_frames() > 0) {
    Print("{} frames in {}\n", client->num_frames(), options.render_directory);
  }
}

/// Durations as options in s, kept in ns.
CLI::Option* AddSeconds(CLI::App* command, const std::string& name, std::int64_t* value_ns,
                        const std::string& description) {
  return command
      ->add_option_function<double>(
          name, [value_ns](double seconds) { *value_ns = std::llround(seconds * 1e9); },
          description)
      ->check(CLI::Range(0.001, 3600.0))
      ->default_str(fmt::format("{}", 1e-9 * static_cast<double>(*value_ns)));
}

}  // namespace

void AddArmCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("arm", kDescription);
  command->footer(kFooter);
  const auto options = std::make_shared<ArmOptions>();
  const auto phases =
      std::make_shared<std::vector<std::string>>(std::vector<std::string>{"trials:100:learn"});
  TaskParams& task = options->rig.task;

  command->add_option("--server,--address", options->address, "Server, HOST:PORT")
      ->capture_default_str();
  command
      ->add_option("--session", options->session_id,
                   "Session to attach to; waited for if it is not there")
      ->capture_default_str();
  command
      ->add_option("--phase", *phases,
                   "NAME:TRIALS:learn|frozen, repeatable: so many trials, during which the session "
                   "learns or is frozen")
      ->allow_extra_args(false)
      ->capture_default_str();
  command->add_option("--task", task.kind, "`center_out`, or `random_target` without return")
      ->transform(NamedChoice<TaskKind>(
          {{"center_out", TaskKind::kCenterOut}, {"random_target", TaskKind::kRandomTarget}}))
      ->default_str("center_out");
  command
      ->add_option_function<std::string>(
          "--targets",
          [options](const std::string& text) {
            options->rig.task.num_targets = text == "uniform" ? 0 : std::stoi(text);
          },
          "Center-out: how many targets, evenly spaced; or `uniform`: at any angle")
      ->check(CLI::IsMember({"uniform"}) | CLI::Range(1, 360))
      ->default_str("8");
  command
      ->add_option("--distance", task.distance_m,
                   "Centre to target; random target: least distance, metres")
      ->check(CLI::Range(0.005, 1.0))
      ->capture_default_str();
  command->add_option("--radius", task.target_radius_m, "Radius of targets, metres")
      ->check(CLI::Range(0.001, 0.5))
      ->capture_default_str();
  AddSeconds(command, "--hold-s", &task.hold_time_ns, "Time to stay in the target, seconds");
  AddSeconds(command, "--limit-s", &task.time_limit_ns, "Time limit of a trial, seconds");
  command
      ->add_option(
          "--return", options->rig.return_mode,
          "Between center-out trials: the arm `drive`s itself home, or is `reset` there at once")
      ->transform(
          NamedChoice<ReturnMode>({{"drive", ReturnMode::kDrive}, {"reset", ReturnMode::kReset}}))
      ->default_str("drive");
  command->add_option("--seed", task.seed, "Seed of the targets")->capture_default_str();
  command->add_flag("--lockstep", options->lockstep,
                    "Bin by bin with the subject, as fast as both can; reproducible");
  command
      ->add_option_function<double>(
          "--command-timeout-ms", [options](double ms) { options->command_timeout_s = 1e-3 * ms; },
          "Silence after which the arm stops by itself, milliseconds")
      ->check(CLI::Range(1.0, 60000.0))
      ->default_str("100");
  command
      ->add_option("--reconnect-s,--reconnect-for", options->reconnect_s,
                   "How long a lost server is tried again, seconds")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--end-session", options->end_session,
                    "End the session when all phases are done");
  command->add_flag("--take-over", options->take_over,
                    "Drive the session's arm even if another client does, whose stream then ends");
  command->add_option("--render", options->render_directory,
                      "Draw PNG frames into this directory; needs no display");
  command
      ->add_option_function<double>(
          "--render-every-ms", [options](double ms) { options->render_interval_s = 1e-3 * ms; },
          "Time between frames, milliseconds")
      ->check(CLI::Range(1.0, 60000.0))
      ->default_str("100");
  command->add_option("--json", options->json_path,
                      "Write scores and round trips as a list of result rows");
  command->add_option("--trials-csv", options->trials_csv_path, "Write a line for each trial");
  command->add_option("--trajectory-csv", options->trajectory_csv_path,
                      "Write a line for each 10 ms of each trial");
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command->callback([options, phases] { RunArm(*options, *phases); });
}

}  // namespace efferent

#include "clients/subject/subject_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "clients/report/named_choice.h"
#include "clients/report/output_file.h"
#include "clients/report/result_row.h"
#include "clients/report/standard_output.h"
#include "clients/report/status_line.h"
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/subject/subject_client.h"

namespace efferent {
namespace {

using subject::SubjectClient;
using subject::SubjectOptions;
using subject::SubjectProgress;
using subject::UserKind;

constexpr const char* kExamples =
    R"(Attaches to the session if it is there, else creates it with settings that suit the user.

Examples:
  efferent subject --session s1                                 96 drawn neurons, in real time
  efferent subject --session s1 --population gc_neuron1.csv     a population from a file
  efferent subject --session s1 --user delayed                  sees 200 ms late, and predicts
  efferent subject --session s1 --perturb relearning:loss=0.6   loses neurons when that phase begins
  efferent subject --session s1 --silent                        the control: a brain that is dead
  efferent subject --session s1 --replace                       begins anew where an old client has died)";

constexpr const char* kDescription =
    "A simulated brain: sees the arm, intends to reach, and streams its spikes to a session, which "
    "it creates.";

std::string Microseconds(std::optional<double> value) {
  return value ? fmt::format("{:.0f}", *value) : "-";
}

std::string Describe(const SubjectProgress& progress, std::size_t num_neurons, double wall_s) {
  std::string text = fmt::format("{:7.1f} s", 1e-9 * static_cast<double>(progress.time_ns));
  if (progress.waiting_for_arm || progress.condition.empty()) {
    text += "  waiting for an arm";
  } else {
    text += fmt::format("  trial {} {}", progress.trial_index, progress.condition);
  }
  if (progress.num_silent > 0) {
    text += fmt::format("  {}/{} neurons silent", progress.num_silent, num_neurons);
  }
  text += fmt::format("  {:.0f} bins/s  ack p50 {} us, echo {} us",
                      static_cast<double>(progress.num_bins) / wall_s,
                      Microseconds(progress.acknowledged.PercentileUs(0.5)),
                      Microseconds(progress.echo.PercentileUs(0.5)));
  if (progress.slip_count > 0) text += fmt::format("  {} delays", progress.slip_count);
  return text;
}

std::vector<ResultRow> MakeRows(const SubjectOptions& options, const SubjectClient& client,
                                double wall_s) {
  const SubjectProgress& progress = client.progress();
  const std::string protocol = options.lockstep ? "lockstep" : "realtime";
  std::vector<ResultRow> rows;
  const auto add = [&](const std::string& metric, double value, std::int64_t n) {
    rows.push_back({client.decoder_name(), "all", protocol, metric, value, n});
  };
  const auto add_latency = [&](const std::string& name, const LatencyRecorder& latency) {
    if (latency.count() == 0) return;
    add(name + "_p50_us", *latency.PercentileUs(0.5), latency.count());
    add(name + "_p99_us", *latency.PercentileUs(0.99), latency.count());
  };
  const auto bins = static_cast<std::int64_t>(progress.num_bins);
  add("bins_per_s", static_cast<double>(progress.num_bins) / wall_s, bins);
  add_latency("acknowledged", progress.acknowledged);
  add_latency("echo", progress.echo);
  return rows;
}

void RunSubject(const SubjectOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  StatusLine line;
  StopFlag& stop = ProcessStopFlag();
  subject::Brain brain = [&] {
    try {
      return subject::MakeBrain(options);
    } catch (const std::exception& e) {
      throw InputError(e.what());
    }
  }();
  const std::size_t num_neurons = brain.num_neurons();
  const Clock::time_point start = Clock::now();
  const auto elapsed_s = [start] {
    return std::max(1e-9, std::chrono::duration<double>(Clock::now() - start).count());
  };
  SubjectClient client(
      options, std::move(brain), stop, [&](const std::string& news) { line.Print(news); },
      [&](const SubjectProgress& progress) {
        if (line.IsDue()) line.Show(Describe(progress, num_neurons, elapsed_s()));
      });
  client.Run();
  const double wall_s = elapsed_s();
  const SubjectProgress& progress = client.progress();
  line.Finish(Describe(progress, num_neurons, wall_s));
  if (json_file) json_file->Write(ResultRowsJson(MakeRows(options, client, wall_s)));
  Print("{} bins of {} ms, {} spikes\n", progress.num_bins, options.bin_width_ms,
        progress.num_spikes);
  Print("acknowledged  {}\n", progress.acknowledged.Describe());
  Print("bare echo     {}\n", progress.echo.Describe());
}

}  // namespace

void AddSubjectCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("subject", kDescription);
  command->footer(kExamples);
  const auto options = std::make_shared<SubjectOptions>();
  const auto print_config = std::make_shared<bool>(false);
  command->add_option("--server,--address", options->address, "Server, HOST:PORT")
      ->capture_default_str();
  command->add_option("--session", options->session_id, "Session to create, or to attach to")
      ->capture_default_str();
  command
      ->add_option("--user", options->user,
                   "Who reaches: `ops` sees at once, `delayed` sees 200 ms late and predicts")
      ->transform(NamedChoice<UserKind>({{"ops", UserKind::kOps}, {"delayed", UserKind::kDelayed}}))
      ->default_str("ops");
  command
      ->add_option("--population", options->population,
                   "CSV file (cos, sin, minimum, maximum rate in Hz), or a number of neurons to "
                   "draw; 46 is the harder, noisy setting of the OPS task")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Seed of all that is random")->capture_default_str();
  command->add_option("--bin-width-ms", options->bin_width_ms, "Width of a bin, milliseconds")
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  command->add_option("--decoder", options->decoder, "Decoder of the session")
      ->check(CLI::IsMember(DecoderNames()))
      ->capture_default_str();
  command
      ->add_option("--learn-from", options->learn_from_reward,
                   "What the decoder is taught by: the `target`, or `reward` alone, which the arm "
                   "reports: how fast the target comes nearer")
      ->transform(NamedChoice<bool>({{"target", false}, {"reward", true}}))
      ->default_str("target");
  command->add_option("--session-config", options->session_config_file,
                      "YAML or JSON file with settings of the session, over those that suit the "
                      "user (see --print-config)");
  command
      ->add_option(
          "--perturb", options->perturbations,
          "PHASE:KIND=SHARE: what befalls this share of the neurons from the first trial of "
          "that phase on. KIND: `loss` they fall silent, `shift` their preferred "
          "directions are drawn anew, `drift` their rates fall to a quarter over 100 "
          "trials, `silence` they are silent until the phase is over. Repeatable")
      ->allow_extra_args(false);
  command
      ->add_option("--visual-delay-ms", options->visual_delay_ms,
                   "How late arm and target are seen, milliseconds (default: ops 0, delayed 200)")
      ->check(CLI::Range(0.0, 5000.0));
  command
      ->add_option("--rate-noise", options->rate_noise,
                   "Noise inside the rates of the ops user (default: 0, with 46 neurons 0.3)")
      ->check(CLI::Range(0.0, 10.0));
  command->add_flag("--silent", options->silent, "No neuron fires: what a dead brain reaches");
  command->add_flag("--lockstep", options->lockstep,
                    "Bin by bin with the arm, as fast as both can; reproducible");
  command->add_option("--duration-s", options->duration_s, "End after so much neural time, seconds")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--reconnect-s", options->reconnect_s,
                   "How long a lost server is tried again, seconds")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--replace", options->replace,
                    "End a session of that id first if no client is attached to it");
  command->add_flag("--take-over", options->take_over,
                    "Stream to the session even if another client does, whose stream then ends");
  command->add_option("--json", options->json_path, "Write round trips as a list of result rows");
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command->add_flag("--print-config", *print_config,
                    "Print the session's settings as JSON, and end");
  command->callback([options, print_config] {
    if (*print_config) {
      Print("{}\n", subject::PrintSessionConfig(*options));
    } else {
      RunSubject(*options);
    }
  });
}

}  // namespace efferent

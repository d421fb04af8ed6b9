#include "clients/load/load_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <stdexcept>

#include "clients/load/load_options.h"
#include "clients/load/load_report.h"
#include "clients/load/load_run.h"
#include "clients/report/output_file.h"
#include "clients/report/result_row.h"
#include "clients/report/standard_output.h"
#include "clients/report/status_line.h"
#include "clients/session/decoder_name.h"
#include "clients/session/stop_flag.h"

namespace efferent {
namespace {

using load::LoadOptions;
using load::LoadResult;

constexpr const char* kExamples =
    R"(Each session is a rig: spikes that are tuned to reaches, a chunk each bin whether or not those before were answered, and an
arm that reports its state and target, over a connection of its own. Sessions end with the run, interrupted or not. Latencies
are measured from the time at which a bin was due, so that a server that holds its clients up does not look faster for it.

Examples:
  efferent load --sessions 50                                     fifty arrays of 96 electrodes, bins of 20 ms, learning
  efferent load --sessions 4 --bin-width-ms 1 --deadline-ms 5
  efferent load --sessions 10 --flood 2                           do two that send all they can disturb the others?
  efferent load --sessions 20 --seconds 60 --require-missed-below 0.001

A server takes 256 sessions unless its setting server.max_sessions says more.)";

void RunLoad(const LoadOptions& options) {
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  StatusLine line;
  StopFlag& stop = ProcessStopFlag();
  line.Show(fmt::format("creating {} sessions", options.num_sessions + options.num_flooding));
  load::LoadRun run(options, stop);
  if (!run.refusal().empty()) line.Print(run.refusal());
  const LoadResult result = run.Run(&stop, [&](double elapsed_s, const load::LoadCounts& counts) {
    if (!line.IsDue()) return;
    line.Show(load::DescribeProgress(options, run.num_sessions(), elapsed_s, counts));
  });
  line.Finish(
      load::DescribeProgress(options, result.num_sessions, result.duration_s, result.counts));
  if (json_file) json_file->Write(ResultRowsJson(load::MakeRows(options, result)));
  PrintLines(load::DescribeResult(options, result));
  if (!result.failures.empty()) throw std::runtime_error("not every stream lasted");
  if (result.num_sessions == 0) throw std::runtime_error("no session was admitted");
  if (options.require_missed_below &&
      result.counts.missed_share() >= *options.require_missed_below) {
    throw std::runtime_error(
        fmt::format("a share of {:g} of the deadlines was missed, not below {:g}",
                    result.counts.missed_share(), *options.require_missed_below));
  }
}

}  // namespace

void AddLoadCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "load", "Many simulated rigs against one server: what it holds, and how late it is.");
  command->footer(kExamples);
  const auto options = std::make_shared<LoadOptions>();
  command->add_option("--server,--address", options->address, "Server, HOST:PORT")
      ->capture_default_str();
  command->add_option("--sessions", options->num_sessions, "Sessions in real time")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command
      ->add_option("--flood", options->num_flooding,
                   "Further sessions that send as fast as they can; their own latencies are not in "
                   "the figures, but what they delay in this process is: let another process flood "
                   "to see the server alone")
      ->check(CLI::Range(0, 1'000))
      ->capture_default_str();
  command->add_option("--seconds", options->duration_s, "How long")
      ->check(CLI::Range(0.01, 1e6))
      ->capture_default_str();
  command->add_option("--channels", options->num_channels, "Channels of each session")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command->add_option("--bin-width-ms", options->bin_width_ms, "Width of a bin, milliseconds")
      ->check(CLI::Range(0.1, 1000.0))
      ->capture_default_str();
  command
      ->add_option("--deadline-ms", options->deadline_ms,
                   "From a bin's due time to its command, milliseconds; default: one bin")
      ->check(CLI::Range(0.1, 10'000.0));
  command->add_option("--decoder", options->decoder, "Decoder of the sessions")
      ->check(CLI::IsMember(DecoderNames()))
      ->capture_default_str();
  command->add_flag("--learning,!--no-learning", options->learning,
                    "Whether the sessions learn; they do by default");
  command->add_flag(
      "!--no-real-time", options->real_time,
      "Sessions without timing.real_time: none is refused for want of processor time, "
      "and no learning is skipped to be in time");
  command->add_option("--session-config", options->session_config_file,
                      "YAML or JSON file with further settings of the sessions");
  command
      ->add_option("--session-prefix", options->session_prefix,
                   "What the sessions' ids begin with; process and number follow")
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of the spikes")->capture_default_str();
  command
      ->add_option("--require-missed-below", options->require_missed_below,
                   "Fail (exit status 1) unless a smaller share of the deadlines was missed")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--json", options->json_path, "Write the figures as a list of result rows");
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  command->callback([options] { RunLoad(*options); });
}

}  // namespace efferent

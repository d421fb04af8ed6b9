#include "tests/bench/stall_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "clients/report/gnuplot.h"
#include "clients/report/table.h"
#include "tests/bench/bench_server.h"
#include "tests/programs/stall_trial.h"

namespace efferent::bench {
namespace {

using test::StallCommand;
using test::Staller;
using test::StallResult;

struct StallOptions {
  std::vector<double> seconds = {1.0, 2.0, 5.0};
  std::string json_path, plot_path;
};

constexpr double kStopAfterS = 0.1;
// No bin is ever that old: what came through before bins could be too old.
constexpr double kNeverS = 3'600.0;

constexpr const char* kExplanation = R"(
An efferentd of its own, a source of a bin each 20 ms that goes by its own clock, and an arm that reads every command. One of them
stands still for some seconds and goes on, and what was held back comes at once.
  stop after   watchdog.stop_after_ns: 100 ms is the default; with an hour no bin is too old
  old          commands that moved the arm with a bin that was older than 0.2 s when they came
  oldest       of all commands that moved the arm

Examples:
  efferent-bench stall                                  some minute and a half
  efferent-bench stall --seconds 2 --plot stall.svg --json stall.json)";

struct Trial {
  Staller who;
  double stall_s, stop_after_s;
  StallResult result;
};

std::string_view NameOf(Staller who) {
  constexpr std::array<std::string_view, 4> kNames = {"server", "source", "network", "arm"};
  return kNames[static_cast<std::size_t>(who)];
}

bool Moves(const StallCommand& command) { return command.status == v1::COMMAND_STATUS_DECODED; }

std::vector<std::string> TableRow(const Trial& trial) {
  std::size_t num_old = 0;
  double oldest_s = 0.0;
  for (const StallCommand& command : trial.result.commands) {
    if (!Moves(command)) continue;
    num_old += command.age_s > 0.2;
    oldest_s = std::max(oldest_s, command.age_s);
  }
  const v1::SessionStatistics& counts = trial.result.session.statistics();
  return {std::string(NameOf(trial.who)),           fmt::format("{:g}", trial.stall_s),
          fmt::format("{:g}", trial.stop_after_s),  std::to_string(num_old),
          fmt::format("{:.2f}", oldest_s),          std::to_string(counts.missed_deadline_count()),
          std::to_string(counts.stale_bin_count()), std::to_string(trial.result.num_bins)};
}

void WriteJson(const std::string& path, const std::vector<Trial>& trials) {
  std::ofstream file(path);
  file << "[";
  for (const Trial& trial : trials) {
    const v1::SessionStatistics& counts = trial.result.session.statistics();
    file << fmt::format(
        "{}\n{{\"stands_still\": \"{}\", \"stall_s\": {}, \"stop_after_s\": {}, \"bins\": {}, "
        "\"missed_deadline_count\": {}, \"stale_bin_count\": {}, \"commands\": [",
        &trial == &trials.front() ? "" : ",", NameOf(trial.who), trial.stall_s, trial.stop_after_s,
        trial.result.num_bins, counts.missed_deadline_count(), counts.stale_bin_count());
    const char* separator = "";
    for (const StallCommand& command : trial.result.commands) {
      file << fmt::format(
          "{}\n{{\"time_s\": {:.4f}, \"age_s\": {:.4f}, \"status\": \"{}\", \"velocity_m_s\": "
          "{:.4f}}}",
          separator, command.time_s, command.age_s, v1::CommandStatus_Name(command.status),
          command.velocity_m_s);
      separator = ",";
    }
    file << "]}";
  }
  file << "\n]\n";
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

/// Velocity over time, one panel for each trial.
std::string PlotScript(const std::vector<Trial>& trials) {
  std::string script;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    script += fmt::format("$commands{} << EOD\n", i);
    for (const StallCommand& command : trials[i].result.commands) {
      const bool old = Moves(command) && command.age_s > 0.2;
      script += fmt::format("{:.4f} {:.4f} {}\n", command.time_s, command.velocity_m_s,
                            old              ? 2
                            : Moves(command) ? 0
                                             : 1);
    }
    script += "EOD\n";
  }
  script += fmt::format(
      "set multiplot layout {},1\nset xlabel 'seconds since the stall began'\n"
      "set ylabel 'commanded m/s'\nset key outside right top\nset yrange [-0.1:0.1]\n",
      trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    script += fmt::format(
        "set title '{} stands still for {:g} s, bins are {}'\n", NameOf(trial.who), trial.stall_s,
        trial.stop_after_s < kNeverS ? fmt::format("too old after {:g} s", trial.stop_after_s)
                                     : "never too old");
    script += fmt::format(
        "plot $commands{0} using 1:($3==0?$2:1/0) title 'in time' with points pt 7 ps 0.4 lc rgb "
        "'#2b6cb0', $commands{0} using 1:($3==1?$2:1/0) title 'held or stopped' with points pt 7 "
        "ps "
        "0.4 lc rgb '#a0aec0', $commands{0} using 1:($3==2?$2:1/0) title 'older than 0.2 s' with "
        "points pt 7 ps 0.6 lc rgb '#e53e3e'\n",
        i);
  }
  return script + "unset multiplot\n";
}

void Run(const StallOptions& options) {
  const ScratchFolder folder;
  BenchServer server("efferentd", OwnProgram().parent_path() / "efferentd",
                     {"--listen", "127.0.0.1:0"}, folder);
  std::vector<Trial> trials;
  for (const double seconds : options.seconds) {
    for (const Staller who : {Staller::kServer, Staller::kSource, Staller::kNetwork}) {
      for (const double stop_after_s : {kNeverS, kStopAfterS}) {
        fmt::print(stderr, "{} stands still for {:g} s\n", NameOf(who), seconds);
        const test::StallParams params{
            .who = who,
            .stall_s = seconds,
            .stop_after_ns = static_cast<std::int64_t>(stop_after_s * 1e9)};
        trials.push_back(
            {who, seconds, stop_after_s, RunStall(params, server.address(), server.process_id())});
      }
    }
  }
  Table table({"stands still", "for s", "stop after s", "old", "oldest s", "missed deadlines",
               "too old to move", "bins"});
  for (const Trial& trial : trials) table.AddRow(TableRow(trial));
  fmt::print("{}", table.ToString());
  if (!options.json_path.empty()) WriteJson(options.json_path, trials);
  if (!options.plot_path.empty()) {
    DrawPlot(options.plot_path, PlotScript(trials),
             {.width = 1'000, .height = 230 * static_cast<int>(trials.size())});
  }
}

}  // namespace

void AddStallCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "stall", "What reaches the arm when the server, the source or the network stands still.");
  command->footer(kExplanation);
  const auto options = std::make_shared<StallOptions>();
  command->add_option("--seconds", options->seconds, "How long each stands still")
      ->delimiter(',')
      ->check(CLI::Range(0.2, 60.0))
      ->option_text("LIST [1,2,5]");
  command->add_option("--json", options->json_path, "Write every command to this file")
      ->option_text("FILE");
  command->add_option("--plot", options->plot_path, "Draw the commands over time, as SVG or PNG")
      ->check([](const std::string& path) {
        return IsPlotPath(path) ? std::string() : "must end in .svg or .png";
      })
      ->option_text("FILE");
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

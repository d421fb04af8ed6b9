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
#include "clients/report/output_file.h"
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

/// What a command is drawn as: in time, held or stopped, older than 0.2 s.
enum class Kind : std::size_t { kInTime, kAtRest, kOld };

Kind KindOf(const StallCommand& command) {
  if (!Moves(command)) return Kind::kAtRest;
  return command.age_s > 0.2 ? Kind::kOld : Kind::kInTime;
}

/// Velocity over time, one panel for each trial.
PlotScript VelocityPlot(const std::vector<Trial>& trials) {
  PlotScript script;
  script.Add("set multiplot layout {},1\n", trials.size());
  script.Add(
      "set xlabel 'seconds since the stall began'\nset ylabel 'commanded m/s'\n"
      "set key outside right top\nset yrange [-0.1:0.1]\n");
  for (const Trial& trial : trials) {
    std::array<PlotRows, 3> rows;
    for (const StallCommand& command : trial.result.commands) {
      rows[static_cast<std::size_t>(KindOf(command))].Add({command.time_s, command.velocity_m_s});
    }
    const PlotText title = script.AddText(fmt::format(
        "{} stands still for {:g} s, bins are {}", NameOf(trial.who), trial.stall_s,
        trial.stop_after_s < kNeverS ? fmt::format("too old after {:g} s", trial.stop_after_s)
                                     : "never too old"));
    const PlotData in_time = script.AddData(rows[0]), at_rest = script.AddData(rows[1]),
                   old = script.AddData(rows[2]);
    script.Add("set title {}\n", title);
    script.Add(
        "plot {} using 1:2 title 'in time' with points pt 7 ps 0.4 lc rgb '#2b6cb0', {} using 1:2 "
        "title 'held or stopped' with points pt 7 ps 0.4 lc rgb '#a0aec0', {} using 1:2 title "
        "'older than 0.2 s' with points pt 7 ps 0.6 lc rgb '#e53e3e'\n",
        in_time, at_rest, old);
  }
  script.Add("unset multiplot\n");
  return script;
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
    const PlotSize size{.width = 1'000, .height = 230 * static_cast<int>(trials.size())};
    OutputFile(options.plot_path, /*overwrite=*/true)
        .Write(DrawPlot(VelocityPlot(trials), *PlotFormatOf(options.plot_path), size));
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
        return std::string(PlotFormatOf(path) ? "" : "must end in .svg or .png");
      })
      ->option_text("FILE");
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

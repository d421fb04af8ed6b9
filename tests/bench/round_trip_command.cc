#include "tests/bench/round_trip_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "clients/report/progress_bar.h"
#include "clients/report/result_row.h"
#include "clients/session/errors.h"
#include "clients/session/stop_flag.h"
#include "tests/bench/machine_note.h"
#include "tests/bench/pinning.h"
#include "tests/bench/round_trip_condition.h"
#include "tests/bench/round_trip_report.h"
#include "tests/bench/round_trip_systems.h"
#include "tests/bench/round_trip_timer.h"

namespace efferent::bench {
namespace {

struct RoundTripOptions {
  std::vector<std::string> conditions = {"96@1kHz", "1024@1kHz", "1024@1kHz-60kB",
                                         "96@50Hz", "1024@50Hz", "1024@50Hz-60kB"};
  std::vector<std::string> systems = RoundTripSystems();
  double seconds = 4.0;
  int repeats = 8;
  int starts = 1;
  bool quick = false;
  bool recording = false;
  bool wait_for_learning = false;
  bool learning = true;
  std::vector<int> cpus;
  std::uint64_t seed = 1;
  std::string json_path;
};

constexpr const char* kExplanation = R"(
A chunk with the spikes of one bin is sent each bin width, and its answer waited for: from just before the sending until the
answer is in hand. Every server is a child process with nothing else in it; systems take turns block by block, so that what else
the machine does hits all alike. Messages are as large as efferentd's in both directions, one by one. Clients of the gRPC systems
make the same calls on one thread. While the others take their turns the source's clock runs on: those bins are never sent.
  tcp            frames over a TCP connection
  grpc_echo      a bare gRPC stream, callback API
  contract_echo  the same with the contract's messages: parsed and acknowledged, nothing decoded
  redis          request and reply through two Redis streams and a relay process
  efferent       efferentd, snn with its defaults, learning: chunk sent to acknowledgement with its command
  efferent_arm   the same, to the command on an arm stream of another connection and thread
  recorded, recorded_arm   the last two with everything recorded (--recording)
  late           messages that went out after their time, because the answer before had not come
  p50/grpc_echo  ratio of the blocks' medians, block by block: median and its 95 % interval
Servers that are started again are up to a tenth faster or slower, for as long as they run: for differences that are smaller,
--starts runs everything with new ones, and ratios are then those of whole runs.
Conditions: CHANNELS@RATE[-SIZEkB|-counts]; 30 Hz a channel as single spikes, unless so many that a chunk has that size, or a row
of counts. p99.9 and max on a shared machine are the hypervisor's.

Examples:
  efferent-bench roundtrip                                    some two and a half minutes
  efferent-bench roundtrip --quick
  efferent-bench roundtrip --recording --starts 20 --seconds 10  what recording costs
  efferent-bench roundtrip --conditions 96@1kHz --systems grpc_echo,efferent --repeats 40 --seconds 20
  efferent-bench roundtrip --cpu 0,1 --json roundtrip.json)";

/// What was measured under one condition.
struct ConditionTimes {
  std::string fact;
  std::vector<RoundTripTimes> systems;
  std::vector<std::string> refusals;
};

/// Adds another run, with other servers. What is one run counts as one block.
/// @throws std::runtime_error if not the same systems took part.
void Append(const ConditionTimes& run, ConditionTimes* all) {
  if (!all->systems.empty() && all->systems.size() != run.systems.size()) {
    throw std::runtime_error("a system was refused in some of the starts: ask for less");
  }
  all->fact = run.fact;
  all->refusals = run.refusals;
  all->systems.resize(run.systems.size());
  for (std::size_t i = 0; i < run.systems.size(); ++i) {
    const RoundTripTimes& from = run.systems[i];
    RoundTripTimes& to = all->systems[i];
    to.system = from.system;
    std::vector<double>& block = to.blocks_us.emplace_back();
    for (const auto& us : from.blocks_us) block.insert(block.end(), us.begin(), us.end());
    to.late_count += from.late_count;
    to.statistics = from.statistics;
  }
}

/// One condition, all systems in turn.
class ConditionRun {
 public:
  ConditionRun(const RoundTripOptions& options, const std::string& condition,
               RoundTripServers* servers, ProgressBar* progress)
      : options_(options), condition_(ParseCondition(condition)), progress_(progress) {
    const auto source = std::make_shared<ChunkSource>(condition_, options.seed);
    v1::StreamAcquisitionRequest request;
    v1::StreamAcquisitionResponse reply;
    source->Write(60'000'000'000 / condition_.bin_width_ns, request.mutable_chunk());
    WriteAckFor(request.chunk(), reply.mutable_ack());
    fact_ = fmt::format("{}: {} channels, bins of {:g} ms, chunks of about {} B, answers of {} B",
                        condition, condition_.num_channels,
                        1e-6 * static_cast<double>(condition_.bin_width_ns), request.ByteSizeLong(),
                        reply.ByteSizeLong());
    const RoundTripSession session{!options.wait_for_learning, options.learning};
    for (const std::string& system : options.systems) {
      if (servers->WhyWithout(system)) continue;
      try {
        open_.emplace_back(system, servers->Open(system, condition_, source, session),
                           condition_.bin_width_ns);
      } catch (const RpcError& e) {
        if (e.code() != grpc::StatusCode::RESOURCE_EXHAUSTED) throw;
        refusals_.push_back(system + ": left out: " + e.what());
      }
    }
  }

  void Run(std::int64_t* num_done) {
    const double width_s = 1e-9 * static_cast<double>(condition_.bin_width_ns);
    const auto num_messages = std::max<std::int64_t>(
        2, static_cast<std::int64_t>(options_.seconds / options_.repeats / width_s));
    for (int repeat = 0; repeat < options_.repeats; ++repeat) {
      for (std::size_t i = 0; i < open_.size(); ++i) {
        // Another one begins each time, so that none always comes after the same.
        RoundTripTimer& timer = open_[(i + static_cast<std::size_t>(repeat)) % open_.size()];
        progress_->Show((*num_done)++, condition_.name + " " + timer.times().system);
        timer.RunBlock(num_messages);
        if (ProcessStopFlag().requested()) throw std::runtime_error("interrupted");
      }
    }
    for (RoundTripTimer& timer : open_) timer.AskStatistics();
  }

  ConditionTimes times() const {
    ConditionTimes times{fact_, {}, refusals_};
    for (const RoundTripTimer& timer : open_) times.systems.push_back(timer.times());
    return times;
  }

 private:
  const RoundTripOptions& options_;
  RoundTripCondition condition_;
  ProgressBar* progress_;
  std::string fact_;
  std::vector<RoundTripTimer> open_;
  std::vector<std::string> refusals_;
};

std::vector<std::string> AllSystems() {
  std::vector<std::string> systems = RoundTripSystems();
  for (const std::string& system : RecordingSystems()) {
    if (std::find(systems.begin(), systems.end(), system) == systems.end()) {
      systems.push_back(system);
    }
  }
  return systems;
}

void Run(RoundTripOptions options) {
  if (options.quick) {
    options.seconds = 1.0;
    options.repeats = 4;
  }
  if (options.recording) options.systems = RecordingSystems();
  PinTo(options.cpus);
  const MachineNote machine;
  ProcessStopFlag();  // From here on a signal ends the run between two blocks, servers and all.
  const auto total = static_cast<std::int64_t>(options.conditions.size() * options.systems.size()) *
                     options.repeats * options.starts;
  ProgressBar progress(total);
  std::int64_t num_done = 0;
  std::vector<ConditionTimes> times(options.conditions.size());
  for (int start = 0; start < options.starts; ++start) {
    RoundTripServers servers(options.systems);
    for (const std::string& system : options.systems) {
      const auto why = servers.WhyWithout(system);
      if (why && start == 0) fmt::print("{}: {}\n", system, *why);
    }
    for (std::size_t i = 0; i < options.conditions.size(); ++i) {
      ConditionRun run(options, options.conditions[i], &servers, &progress);
      run.Run(&num_done);
      if (options.starts == 1) {
        times[i] = run.times();
      } else {
        Append(run.times(), &times[i]);
      }
    }
  }
  std::vector<ResultRow> rows;
  std::string tables;
  for (std::size_t i = 0; i < options.conditions.size(); ++i) {
    const auto& [fact, systems, refusals] = times[i];
    const RoundTripReport report = ReportRoundTrips(options.conditions[i], systems, options.seed);
    tables += fact + "\n" + report.table;
    for (const std::string& refusal : refusals) tables += refusal + "\n";
    tables += "\n";
    rows.insert(rows.end(), report.rows.begin(), report.rows.end());
  }
  progress.Finish(total, "done");
  fmt::print("{}{}", tables, machine.Describe());
  if (!options.json_path.empty()) WriteResultRows(options.json_path, rows);
}

}  // namespace

void AddRoundTripCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "roundtrip",
      "Microseconds from chunk to command, beside bare gRPC and TCP echoes and Redis streams.");
  command->footer(kExplanation);
  const auto options = std::make_shared<RoundTripOptions>();
  command->add_option("--json", options->json_path, "Write all figures to this file, as rows")
      ->option_text("FILE");
  command->add_option("--seconds", options->seconds, "Time for each system under each condition")
      ->check(CLI::Range(0.01, 3600.0))
      ->option_text("SECONDS [4]");
  command
      ->add_option("--repeats", options->repeats,
                   "Blocks that this time is cut into; systems take turns after each")
      ->check(CLI::Range(1, 10'000))
      ->option_text("NUMBER [8]");
  command
      ->add_option("--starts", options->starts,
                   "How often all of this is done, each time with new servers")
      ->check(CLI::Range(1, 1'000))
      ->option_text("NUMBER [1]");
  command->add_flag("--quick", options->quick, "As --seconds 1 --repeats 4");
  command->add_option("--conditions", options->conditions, "What is sent, and how often")
      ->delimiter(',')
      ->check(CLI::Validator(
          [](std::string& name) -> std::string {
            try {
              ParseCondition(name);
              return "";
            } catch (const std::invalid_argument& e) {
              return e.what();
            }
          },
          "CONDITION"))
      ->option_text("CONDITION,...");
  command->add_option("--systems", options->systems, "What is measured")
      ->delimiter(',')
      ->check(CLI::IsMember(AllSystems()))
      ->option_text("SYSTEM,...");
  command
      ->add_flag("--recording", options->recording,
                 "What recording costs: efferentd with a data directory beside one without")
      ->excludes("--systems");
  command->add_flag("--wait-for-learning", options->wait_for_learning,
                    "Sessions without timing.real_time: every label is learnt from, however long "
                    "that takes");
  command->add_flag("!--no-learning", options->learning, "Sessions that do not learn");
  AddCpuOption(command, &options->cpus);
  command->add_option("--seed", options->seed, "Of the spikes")->option_text("NUMBER [1]");
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

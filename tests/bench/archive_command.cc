#include "tests/bench/archive_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "clients/archive/recording_client.h"
#include "clients/demo/child_process.h"
#include "clients/report/progress_bar.h"
#include "clients/report/result_row.h"
#include "clients/report/table.h"
#include "clients/session/acquisition_stream.h"
#include "clients/session/errors.h"
#include "clients/session/session_client.h"
#include "server/storage/database.h"
#include "tests/bench/bench_server.h"
#include "tests/bench/hdf5_copies.h"
#include "tests/bench/machine_note.h"
#include "tests/bench/order_statistics.h"

namespace efferent::bench {
namespace {

struct ArchiveOptions {
  double minutes = 20.0;
  int channels = 96;
  double bin_width_ms = 20.0;
  int repeats = 5;
  std::string json_path;
};

constexpr const char* kSession = "archive";
// Chunks that may be on their way.
constexpr std::uint64_t kWindow = 32;
constexpr double kDayS = 86'400.0;

constexpr const char* kExplanation = R"(
A session is streamed at full speed to an efferentd with --data-dir, decoded and learnt from: neurons that fire at some 20 Hz as
a hand moves among targets, spikes as events, a chunk a bin, trials of 2 s, and the hand's state and target with each bin. What it takes on the disk
is divided by its bins; a day is that many times over, and its last five periodic checkpoints.
Then it is exported by `efferent export`, and the numbers of that file are written again by the HDF5 library
alone: in one piece each, and in the pieces and with the filters that they have.

Examples:
  efferent-bench archive                         a minute or so
  efferent-bench archive --minutes 60 --channels 256 --json archive.json)";

/// A hand that goes from target to target, and neurons that are tuned to its velocity.
class Reaching {
 public:
  Reaching(const ArchiveOptions& options)
      : bin_ns_(static_cast<std::int64_t>(options.bin_width_ms * 1e6)) {
    for (int c = 0; c < options.channels; ++c) preferred_.push_back(2.0 * M_PI * uniform_(random_));
  }

  void Fill(std::uint64_t bin, v1::AcquisitionChunk* chunk) {
    const std::int64_t start_ns = static_cast<std::int64_t>(bin) * bin_ns_;
    const double bin_s = 1e-9 * static_cast<double>(bin_ns_);
    const auto trial = static_cast<std::uint32_t>(start_ns / kTrialNs);
    chunk->Clear();
    chunk->set_sequence_number(bin + 1);
    chunk->set_complete_until_ns(start_ns + bin_ns_);
    if (trial != trial_ || bin == 0) StartTrial(trial, start_ns, chunk);
    const double dx = target_x_ - x_, dy = target_y_ - y_;
    const double vx = 3.0 * dx, vy = 3.0 * dy;
    v1::BehaviorSample& behavior = *chunk->add_behavior();
    v1::ArmState& arm = *behavior.mutable_arm_state();
    arm.set_time_ns(start_ns);
    arm.set_engaged(true);
    for (const double p : {x_, y_}) arm.add_position_m(p);
    for (const double v : {vx, vy}) arm.add_velocity_m_s(v);
    for (const double t : {target_x_, target_y_}) behavior.mutable_target()->add_position_m(t);
    behavior.mutable_target()->set_radius_m(0.02);
    v1::SpikeEvents& spikes = *chunk->mutable_spike_events();
    for (std::size_t c = 0; c < preferred_.size(); ++c) {
      const double drive = std::cos(preferred_[c]) * vx + std::sin(preferred_[c]) * vy;
      const double rate_hz = std::max(1.0, 20.0 + 60.0 * drive);
      for (int n = std::poisson_distribution<int>(rate_hz * bin_s)(random_); n > 0; --n) {
        spikes.add_channel(static_cast<std::uint32_t>(c));
        spikes.add_time_ns(
            start_ns + static_cast<std::int64_t>(uniform_(random_) * static_cast<double>(bin_ns_)));
      }
    }
    x_ += vx * bin_s;
    y_ += vy * bin_s;
  }

 private:
  static constexpr std::int64_t kTrialNs = 2'000'000'000;

  void StartTrial(std::uint32_t trial, std::int64_t now_ns, v1::AcquisitionChunk* chunk) {
    const auto add = [&](v1::TrialEventKind kind, std::uint32_t index) {
      v1::TrialEvent& event = *chunk->add_trial_events();
      event.set_time_ns(now_ns);
      event.set_kind(kind);
      event.set_trial_index(index);
      event.set_condition("reach");
    };
    if (trial != trial_) add(v1::TRIAL_EVENT_KIND_STOP, trial_);
    add(v1::TRIAL_EVENT_KIND_START, trial);
    trial_ = trial;
    const double angle = 2.0 * M_PI * uniform_(random_);
    target_x_ = 0.1 * std::cos(angle);
    target_y_ = 0.1 * std::sin(angle);
  }

  std::int64_t bin_ns_;
  std::mt19937_64 random_{17};
  std::uniform_real_distribution<double> uniform_;
  std::vector<double> preferred_;
  std::uint32_t trial_ = 0;
  double x_ = 0.0, y_ = 0.0, target_x_ = 0.0, target_y_ = 0.0;
};

/// Streams the session and ends it. Returns how many bins it has.
std::uint64_t Record(const ServerConnection& connection, const ArchiveOptions& options) {
  v1::SessionConfig config;
  config.set_subject_code("bench");
  config.set_num_channels(static_cast<std::uint32_t>(options.channels));
  config.set_bin_width_ns(static_cast<std::int64_t>(options.bin_width_ms * 1e6));
  config.mutable_timing()->set_real_time(false);
  SessionClient sessions(connection);
  sessions.Create(kSession, config);
  v1::AcquisitionOpen open;
  open.set_session_id(kSession);
  open.set_num_channels(config.num_channels());
  AcquisitionStream stream(connection, open);
  const auto num_bins =
      static_cast<std::uint64_t>(std::lround(options.minutes * 60e3 / options.bin_width_ms));
  ProgressBar bar(static_cast<std::int64_t>(num_bins));
  Reaching reaching(options);
  v1::AcquisitionChunk chunk;
  std::uint64_t acknowledged = 0;
  for (std::uint64_t bin = 0; bin < num_bins || acknowledged < num_bins;) {
    if (bin < num_bins && bin - acknowledged < kWindow) {
      reaching.Fill(bin++, &chunk);
      if (!stream.WriteChunk(chunk)) throw RpcError("streaming", stream.Finish());
      continue;
    }
    const auto ack = stream.ReadAck();
    if (!ack) throw RpcError("streaming", stream.Finish());
    acknowledged = ack->applied_sequence_number();
    if (bar.IsDue()) bar.Show(static_cast<std::int64_t>(acknowledged), "bins recorded");
  }
  stream.WritesDone();
  stream.Finish();
  sessions.End(kSession);
  bar.Finish(static_cast<std::int64_t>(num_bins), "bins recorded");
  return num_bins;
}

v1::GetRecordingResponse WaitForEnd(RecordingClient* client) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (true) {
    v1::GetRecordingResponse answer = client->Get(kSession);
    if (answer.recording().has_end_time_unix_ns()) return answer;
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the recording has not ended after 20 s");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

double Export(const std::string& address, const std::filesystem::path& out,
              const ScratchFolder& folder) {
  const auto began = std::chrono::steady_clock::now();
  demo::ChildProcess exporter("efferent export", OwnProgram().parent_path() / "efferent",
                              {"export", kSession, out, "--overwrite", "--server", address},
                              folder.path() / "export.log");
  exporter.WaitOrKill(std::chrono::minutes(30));
  if (exporter.exit_status() != 0) throw std::runtime_error(exporter.TailOfLog(5));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

struct Figures {
  std::vector<ResultRow> rows;
  Table table{{"what", "median", "95 % interval", "unit"}};

  void Add(const std::string& what, const std::string& metric, const std::vector<double>& values,
           const std::string& unit, const char* format) {
    const MedianEstimate estimate = EstimateMedian(values);
    const auto text = [&](double x) { return fmt::format(fmt::runtime(format), x); };
    const bool several = values.size() > 1;
    table.AddRow({what, text(estimate.median),
                  several ? text(estimate.ci_low) + " to " + text(estimate.ci_high) : "-", unit});
    ResultRow row{"snn",  "all",           "bench-archive",
                  metric, estimate.median, static_cast<std::int64_t>(values.size())};
    if (several) {
      row.ci_low = estimate.ci_low;
      row.ci_high = estimate.ci_high;
    }
    rows.push_back(row);
  }
};

void Run(const ArchiveOptions& options) {
  const MachineNote machine;
  const ScratchFolder folder;
  BenchServer server("efferentd", OwnProgram().parent_path() / "efferentd",
                     {"--listen", "127.0.0.1:0", "--data-dir", folder.path() / "data"}, folder);
  const ServerConnection connection(server.address());
  const auto num_bins = static_cast<double>(Record(connection, options));
  RecordingClient client(connection);
  const auto stored = static_cast<double>(WaitForEnd(&client).recording().stored_bytes());
  const auto journal =
      static_cast<double>(Database(folder.path() / "data" / "efferent.db", Database::Access::kRead)
                              .Integer("SELECT journal_bytes FROM sessions"));
  const double checkpoint_bytes = stored - journal;
  const double per_bin = journal / num_bins;
  const double bins_a_day = kDayS * 1e3 / options.bin_width_ms;

  const std::filesystem::path nwb = folder.path() / "session.nwb";
  std::vector<double> exports, packed, plain, packed_ratio;
  for (int i = 0; i < options.repeats; ++i) {
    exports.push_back(Export(server.address(), nwb, folder));
    const Hdf5Copies copies(nwb);
    const std::string again = folder.path() / "again.h5";
    packed.push_back(copies.Write(again, Hdf5Copies::Storage::kAsInTheOriginal));
    plain.push_back(copies.Write(again, Hdf5Copies::Storage::kContiguous));
    packed_ratio.push_back(exports.back() / packed.back());
  }
  const double file_bytes = static_cast<double>(std::filesystem::file_size(nwb));
  const double numbers_bytes = static_cast<double>(Hdf5Copies(nwb).num_bytes());

  Figures figures;
  figures.Add("recorded, a bin, without checkpoints", "record_bytes_per_bin", {per_bin}, "B",
              "{:.0f}");
  figures.Add("checkpoints that are kept", "checkpoint_bytes", {1e-6 * checkpoint_bytes}, "MB",
              "{:.1f}");
  figures.Add("a day of it, on the disk", "day_gigabytes",
              {1e-9 * (per_bin * bins_a_day + checkpoint_bytes)}, "GB", "{:.2f}");
  figures.Add("exported file", "export_megabytes", {1e-6 * file_bytes}, "MB", "{:.1f}");
  figures.Add("its numbers, unpacked", "export_numbers_megabytes", {1e-6 * numbers_bytes}, "MB",
              "{:.1f}");
  figures.Add("efferent export", "export_s", exports, "s", "{:.2f}");
  figures.Add("HDF5 alone, same pieces and filters", "hdf5_packed_s", packed, "s", "{:.2f}");
  figures.Add("HDF5 alone, in one piece each", "hdf5_plain_s", plain, "s", "{:.3f}");
  figures.Add("export to HDF5 alone, packed", "export_ratio", packed_ratio, "", "{:.2f}");
  if (!options.json_path.empty()) WriteResultRows(options.json_path, figures.rows);
  fmt::print("{:.0f} bins of {:g} ms, {} channels\n\n{}\n{}", num_bins, options.bin_width_ms,
             options.channels, figures.table.ToString(), machine.Describe());
}

}  // namespace

void AddArchiveCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "archive", "What recordings take on the disk, and how fast they are exported.");
  command->footer(kExplanation);
  const auto options = std::make_shared<ArchiveOptions>();
  command->add_option("--minutes", options->minutes, "Length of the session")
      ->check(CLI::Range(0.1, 1440.0))
      ->option_text("MINUTES [20]");
  command->add_option("--channels", options->channels, "Channels")
      ->check(CLI::Range(1, 4096))
      ->option_text("NUMBER [96]");
  command->add_option("--bin-width-ms", options->bin_width_ms, "Width of a bin")
      ->check(CLI::Range(0.1, 1000.0))
      ->option_text("MS [20]");
  command->add_option("--repeats", options->repeats, "Exports")
      ->check(CLI::Range(1, 1000))
      ->option_text("NUMBER [5]");
  command->add_option("--json", options->json_path, "Write all figures to this file, as rows")
      ->option_text("FILE");
  command->callback([options] { Run(*options); });
}

}  // namespace efferent::bench

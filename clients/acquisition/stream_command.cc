#include "clients/acquisition/stream_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "clients/acquisition/play_speed.h"
#include "clients/acquisition/recording_options.h"
#include "clients/acquisition/recording_player.h"
#include "clients/acquisition/recording_reader.h"
#include "clients/acquisition/scoring.h"
#include "clients/acquisition/session_request.h"
#include "clients/acquisition/stream_plot.h"
#include "clients/acquisition/stream_report.h"
#include "clients/report/gnuplot.h"
#include "clients/report/output_file.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"
#include "clients/session/session_client.h"

namespace efferent {
namespace {

struct StreamOptions {
  std::string server = kDefaultServerAddress;
  double wait_s = 5.0;
  RecordingOptions recording;
  SessionOptions session;
  std::string session_id;
  bool keep_session = false;
  bool replace = false;  ///< A session of that id to which nobody is attached is ended first.
  std::string speed = "1";
  PlayOptions play;
  int reconnect_for_s = 30;
  std::optional<std::string> json_path;
  std::optional<std::string> plot_path;
  bool overwrite = false;
};

constexpr const char* kExamples = R"(
What is shown at the end: the angle between decoded velocity and the direction to the target, in bins
where the cursor is released and more than 5 mm from the target, beside that of the decoder which ran
when the recording was made, if the file has its velocity. A zero velocity counts as 90 degrees.
Recordings without a target are scored by R2 against the measured velocity.

With --effect trial a trial is decoded with what was learnt from the trials before it, so no trial is
scored by weights that have seen it.

Examples:
  efferent stream --recording session.nwb
      at recorded speed, to the server at 127.0.0.1:50051
  efferent stream --recording session.nwb --speed max --json out.json --plot out.svg
      as fast as the server takes it; the figures as JSON, the picture as SVG
  efferent stream --recording session.nwb --decoder kalman --no-learning --session-config gains.yaml
      a Kalman filter with gains of your own, frozen
  efferent stream --recording sorted.nwb --bin-width-ms 10 --position hand_pos --target none
      sorted units in 10 ms bins; labels from the velocity of the hand
)";

// Nothing without --plot.
std::optional<PlotFormat> FormatOfPlot(const StreamOptions& options) {
  if (!options.plot_path) return std::nullopt;
  if (const auto format = PlotFormatOf(*options.plot_path)) return format;
  throw InputError("--plot " + *options.plot_path + ": the name must end with .svg or .png");
}

// Median error of the last thousand bins that were played.
std::string RunningError(const Recording& recording, const PlayResult& play) {
  constexpr std::int64_t kBins = 1000;
  const auto summary = Summarize(AngleErrorsDeg(recording, play.decoded_m_s,
                                                std::max<std::int64_t>(0, play.num_played - kBins),
                                                play.num_played));
  return summary ? fmt::format(", median error {:.1f} deg", summary->median) : "";
}

std::string Progress(const Recording& recording, const PlayResult& play) {
  const double bins_per_s =
      play.wall_s > 0.0 ? static_cast<double>(play.num_played) / play.wall_s : 0.0;
  return fmt::format("{} bins, {:.0f} bins/s, {:.1f} x recorded speed{}", play.num_played,
                     bins_per_s, bins_per_s * recording.bin_width_s, RunningError(recording, play));
}

void PrintStatistics(const v1::Session& session) {
  const v1::SessionStatistics& statistics = session.statistics();
  Print(
      "session {}: {} bins decoded, {} learnt from, {} learning steps skipped, {} missed, {} "
      "faults, {} roll-backs of learning\n",
      session.session_id(), statistics.decoded_bin_count(), statistics.learned_bin_count(),
      statistics.skipped_learning_count(), statistics.missed_bin_count(), statistics.fault_count(),
      statistics.learning_rollback_count());
}

// The velocity that goes with the behaviour. Refuses a recording that nothing can be learnt from, unless that
// is what was asked for; limits of the session follow from the recording where nobody has set them.
PointTrack PrepareLabels(const StreamOptions& options, Recording* recording,
                         v1::SessionConfig* config) {
  const bool by_kinematics = config->learning().label_source() == v1::LABEL_SOURCE_KINEMATICS;
  const bool wants_none = options.recording.position == "none" ||
                          options.recording.velocity == "none" || !options.session.learning;
  if (!recording->has_behavior()) {
    if (!wants_none) {
      throw InputError(fmt::format("{}: {}; or stream it without: --position none", recording->path,
                                   recording->why_no_behavior));
    }
    return {};
  }
  PointTrack velocity = MeasuredVelocity(*recording, by_kinematics);
  if (!by_kinematics) return velocity;
  const bool has_limit = config->limits().has_max_speed_m_s();
  if (const auto limits = AddLabelFindings(velocity, has_limit, recording)) {
    FitLimits(*limits, config);
  }
  return velocity;
}

// How many labels there were, as far as the recording tells, and what became of them.
LearningCounts CountLearning(const Recording& recording, const PointTrack& velocity_m_s,
                             const v1::Session& session) {
  LearningCounts counts;
  counts.num_rejected = static_cast<std::int64_t>(session.statistics().rejected_label_count());
  counts.num_rollbacks = static_cast<std::int64_t>(session.statistics().learning_rollback_count());
  const bool by_kinematics =
      session.config().learning().label_source() == v1::LABEL_SOURCE_KINEMATICS;
  for (std::size_t bin = 0; bin < static_cast<std::size_t>(recording.num_bins); ++bin) {
    const bool has_label = by_kinematics ? !velocity_m_s.empty() && velocity_m_s[bin].has_value()
                                         : WayToTarget(recording, bin).has_value();
    counts.num_labels += has_label ? 1 : 0;
  }
  return counts;
}

void RunStream(StreamOptions options) {
  options.play.speed = ParseSpeed(options.speed);
  options.play.reconnect_for = std::chrono::seconds(options.reconnect_for_s);
  const std::optional<PlotFormat> plot_format = FormatOfPlot(options);
  const auto json_file = MakeOutputFile(options.json_path, options.overwrite);
  const auto plot_file = MakeOutputFile(options.plot_path, options.overwrite);
  Recording recording = ReadRecording(options.recording);
  v1::SessionConfig config = MakeSessionConfig(options.session, recording);
  // At any other speed bins do not come one bin width apart.
  if (!config.timing().has_real_time()) {
    config.mutable_timing()->set_real_time(options.play.speed == 1.0);
  }
  StreamReport report;
  report.recording = &recording;
  report.measured_velocity_m_s = PrepareLabels(options, &recording, &config);
  PrintLines(DescribeRecording(recording));
  PrintLines(DescribeFindings(recording.findings));

  StopFlag& stop = ProcessStopFlag();
  const ServerConnection connection(options.server);
  const auto wait = std::chrono::milliseconds(static_cast<std::int64_t>(options.wait_s * 1e3));
  if (!connection.WaitUntilReady(wait, stop)) return;
  SessionClient client(connection);
  v1::Session session;

  ProgressBar bar(recording.num_bins, stderr);
  RecordingPlayer player(&recording, &report.measured_velocity_m_s, &connection, &stop,
                         options.play);
  player.set_session_maker([&] {
    session = client.Create(options.session_id, config, std::exchange(options.replace, false));
    return session.session_id();
  });
  player.set_progress_listener([&](const PlayResult& play) {
    if (bar.IsDue()) bar.Show(play.num_played, Progress(recording, play));
  });
  player.set_message_listener([&](const std::string& message) { bar.Print(message); });
  const PlayResult play = player.Run();
  bar.Finish(play.num_played, Progress(recording, play));

  report.play = &play;
  report.decoder = DecoderName(session.config());
  report.protocol = ProtocolName(session.config());
  report.intended_speed_m_s = session.config().learning().intended_speed_m_s();
  if (!play.session_was_ended) {
    session =
        options.keep_session ? client.Get(session.session_id()) : client.End(session.session_id());
  }
  report.learning = CountLearning(recording, report.measured_velocity_m_s, session);
  const v1::SessionStatistics& statistics = session.statistics();
  const Findings input =
      InputFindings({static_cast<std::int64_t>(statistics.decoded_bin_count()),
                     static_cast<std::int64_t>(statistics.implausible_bin_count()),
                     static_cast<std::int64_t>(statistics.ever_masked_channel_count())});
  PrintLines(DescribeFindings(input));
  recording.findings.insert(recording.findings.end(), input.begin(), input.end());
  if (json_file) json_file->Write(ResultRowsJson(MakeResultRows(report)));
  // Below the findings about the recording: one block above the table.
  PrintLines(DescribeFindings(LearningFindings(report.decoder, report.learning)));
  Print("\n{}", DescribeReport(report));
  if (play.session_was_ended) {
    Print("session {} was ended by somebody else\n", session.session_id());
  } else {
    PrintStatistics(session);
    if (options.keep_session) {
      Print("session {} is still there (--keep-session)\n", session.session_id());
    }
  }
  if (plot_file) {
    plot_file->Write(DrawStreamPlot(report, *plot_format));
    Print("plot: {}\n", *options.plot_path);
  }
}

void AddSessionOptions(CLI::App* command, StreamOptions* options) {
  constexpr const char* kGroup = "Session";
  command->add_option("--server", options->server, "Address of the server, host:port")
      ->capture_default_str()
      ->group(kGroup);
  command
      ->add_option("--wait", options->wait_s, "Seconds to wait for a server that does not answer")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 3600.0))
      ->group(kGroup);
  command->add_option("--decoder", options->session.decoder, "Decoder. Default: the server's")
      ->check(CLI::IsMember(DecoderNames()))
      ->group(kGroup);
  command
      ->add_option("--session-config", options->session.config_path,
                   "Settings of the session: efferent.v1.SessionConfig as .yaml or .json")
      ->group(kGroup);
  command
      ->add_option("--effect", options->session.effect,
                   "When what is learnt takes effect: at the end of the trial (trial) or at once "
                   "(bin). Default: trial")
      ->check(CLI::IsMember({"trial", "bin"}))
      ->group(kGroup);
  command->add_flag("!--no-learning", options->session.learning, "Decode with learning off")
      ->group(kGroup);
  command
      ->add_option("--session", options->session_id,
                   "Id of the session. Default: the server's choice")
      ->group(kGroup);
  command->add_flag("--keep-session", options->keep_session, "Do not end the session at the end")
      ->group(kGroup);
  command
      ->add_flag("--replace", options->replace,
                 "End a session of that id first if no client is attached to it")
      ->group(kGroup);
  command
      ->add_option("--subject-code", options->session.subject_code,
                   "Code of the subject; never a name")
      ->group(kGroup);
}

void AddPlayOptions(CLI::App* command, StreamOptions* options) {
  constexpr const char* kGroup = "Playing";
  command->add_option("--speed", options->speed, "Times recorded speed, or `max`")
      ->capture_default_str()
      ->group(kGroup);
  command->add_option("--bins-per-chunk", options->play.bins_per_chunk, "Bins sent at a time")
      ->capture_default_str()
      ->check(CLI::Range(1, 64))
      ->group(kGroup);
  command
      ->add_option("--window", options->play.window,
                   "Chunks sent ahead of the acknowledgements at --speed max")
      ->capture_default_str()
      ->check(CLI::Range(1, 256))
      ->group(kGroup);
  command
      ->add_option("--reconnect-for", options->reconnect_for_s,
                   "Seconds to look for a server that was lost")
      ->capture_default_str()
      ->check(CLI::Range(0, 86400))
      ->group(kGroup);
  command->add_option("--json", options->json_path, "Write the figures to this file")
      ->group(kGroup);
  command->add_option("--plot", options->plot_path, "Draw the run into this .svg or .png file")
      ->group(kGroup);
  command->add_flag("--overwrite", options->overwrite, kOverwriteHelp)->group(kGroup);
}

}  // namespace

void AddStreamCommand(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("stream", "Play a recording to a server, and score what it decodes.");
  auto options = std::make_shared<StreamOptions>();
  command->add_option("--recording", options->recording.path, "NWB 2 file to play")
      ->required()
      ->group(kRecordingGroup);
  AddRecordingOptions(command, &options->recording);
  AddSessionOptions(command, options.get());
  AddPlayOptions(command, options.get());
  command->footer(kExamples);
  command->callback([options] { RunStream(*options); });
}

}  // namespace efferent

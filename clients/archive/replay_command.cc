#include "clients/archive/replay_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "clients/archive/recording_client.h"
#include "clients/archive/replay_stream.h"
#include "clients/control/server_options.h"
#include "clients/report/progress_bar.h"
#include "clients/report/standard_output.h"
#include "clients/session/message_json.h"

namespace efferent {
namespace {

struct ReplayOptions {
  control::ServerOptions server;
  std::string name;
  bool verify = false;
  archive::ReplayStreamOptions stream;
};

constexpr const char* kExamples = R"(
With --verify the server decodes the recording again from its first chunk, with every swap, freeze and
roll-back, and compares each command and, at each checkpoint, each weight, bit for bit. The first
difference is named. Where records are missing it goes on at the next checkpoint.

Without, the recording's chunks are sent to a new session of the same settings, which keeps them
together with the arm states that labels were made from: to see what another decoder would have made of
them, for example. Swaps and freezes are not made again.

Examples:
  efferent replay s1 --verify
  efferent replay s1@12 --to again                 into session `again`, as fast as it goes
  efferent replay s1 --to again --decoder rls      with another decoder
  efferent replay s1 --to live --speed 1           at recorded speed; `efferent session watch live`

Exit status: 0 all was equal, 1 something was not.)";

std::string Counts(const v1::VerificationResult& result) {
  return fmt::format("{} bins, {} checkpoints, {} changes of decoders, {} roll-backs compared",
                     result.bin_count(), result.checkpoint_count(), result.decoder_change_count(),
                     result.rollback_count());
}

void Verify(const ReplayOptions& options) {
  StopFlag& stop = ProcessStopFlag();
  RecordingClient client(control::Connect(options.server));
  std::optional<ProgressBar> bar;
  std::uint64_t done = 0;
  const auto result =
      client.Verify(options.name, stop, [&](const v1::VerifyRecordingResponse& response) {
        if (!bar) bar.emplace(static_cast<std::int64_t>(response.piece_count()));
        done = response.done_piece_count();
        if (bar->IsDue()) {
          bar->Show(static_cast<std::int64_t>(done),
                    fmt::format("{} bins are equal", response.equal_bin_count()));
        }
      });
  if (!result) throw std::runtime_error("interrupted");
  if (bar) {
    bar->Finish(static_cast<std::int64_t>(done), fmt::format("{} bins", result->bin_count()));
  }
  if (options.server.json) {
    PrintLines(MessageJson(*result));
  } else {
    if (!result->other_server_version().empty()) {
      Print("recorded by version {} of the server, decoded again by another\n",
            result->other_server_version());
    }
    if (result->unknown_bin_count() > 0) {
      Print("{} bins cannot be compared: records before them are missing\n",
            result->unknown_bin_count());
    }
    Print("{}: {}\n", Counts(*result), result->is_equal() ? "equal, bit for bit" : "NOT EQUAL");
  }
  if (!result->is_equal()) {
    throw std::runtime_error("first difference: " + result->first_difference());
  }
}

void RunReplay(const ReplayOptions& options) {
  if (options.verify) return Verify(options);
  archive::StreamAgain(control::Connect(options.server), options.name, options.stream);
}

}  // namespace

void AddReplayCommand(CLI::App& app) {
  const auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      app.add_subcommand("replay", "A recorded session once more: verify it, or stream it again.");
  command
      ->add_option("RECORDING", options->name, "ID, or ID@NUMBER; `efferent sessions` lists them")
      ->required();
  CLI::Option* verify = command->add_flag("--verify", options->verify,
                                          "Decode it again in the server and compare bit for bit");
  command->add_option("--to", options->stream.session_id, "Id of the new session. Default: chosen")
      ->excludes(verify);
  command->add_option("--decoder", options->stream.decoder, "Another decoder, at its defaults")
      ->excludes(verify);
  command->add_option("--speed", options->stream.speed, "Times recorded speed, or `max`")
      ->capture_default_str()
      ->excludes(verify);
  command
      ->add_flag("--replace", options->stream.replace,
                 "End a session of that id first if no client is attached to it")
      ->needs("--to");
  command->add_flag("--keep-session", options->stream.keep_session, "Do not end the new session")
      ->excludes(verify);
  control::AddServerOptions(command, &options->server);
  control::AddJsonOption(command, &options->server);
  command->footer(kExamples);
  command->callback([options] { RunReplay(*options); });
}

}  // namespace efferent

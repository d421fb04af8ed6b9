#include "clients/archive/decoder_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "clients/archive/decoder_text.h"
#include "clients/archive/recording_client.h"
#include "clients/archive/recording_text.h"
#include "clients/control/server_options.h"
#include "clients/control/session_details.h"
#include "clients/report/output_file.h"
#include "clients/report/standard_output.h"
#include "clients/session/decoder_client.h"
#include "clients/session/errors.h"
#include "clients/session/message_json.h"
#include "clients/session/session_client.h"
#include "files/decoder_difference.h"
#include "files/decoder_file.h"

namespace efferent {
namespace {

constexpr const char* kExamples = R"(
A decoder file holds one decoder: its weights, the evidence behind them and its activity, its settings,
and where it comes from. It holds no code, and a checksum. A session takes in what has its own channels,
dimensions, bin width and features, after it has been tried on made-up spikes; what is refused changes
nothing. Imports are recorded, replayed and gone on from like everything else.

Examples:
  efferent decoder list s1                            what there is to export
  efferent decoder export s1 monday.decoder           what drives s1 now; s1 goes on meanwhile
  efferent decoder export s1@12 old.decoder --checkpoint 3
  efferent decoder import s2 monday.decoder           it drives s2 from the next bin on
  efferent decoder import s2 monday.decoder --shadow monday --frozen
  efferent decoder diff monday.decoder old.decoder    which settings and weights differ, and how much

Exit status: 0 all went well (`diff`: equal), 1 the run failed (`diff`: different), 2 bad usage or file.)";

struct DecoderFileOptions {
  control::ServerOptions server;
  std::string session;
  std::string path;
  std::string other_path;
  v1::ExportDecoderRequest request;
  bool overwrite = false;
  bool all = false;
  std::string shadow;
  bool frozen = false;
};

v1::DecoderFile Load(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad()) throw InputError(path + " cannot be read");
  try {
    return ReadDecoderFile(bytes);
  } catch (const BadDecoderFile& error) {
    throw InputError(path + " " + error.what());
  }
}

void List(const DecoderFileOptions& options) {
  const ServerConnection server = control::Connect(options.server);
  const auto answer = RecordingClient(server).Get(options.session);
  const v1::Recording& recording = answer.recording();
  if (recording.is_running()) {
    Print("{}\n", control::DescribeDecoders(SessionClient(server).Get(recording.session_id())));
  }
  if (answer.checkpoints().empty()) {
    Print("no state of {} is recorded yet\n", recording.name());
  } else {
    PrintLines(archive::DescribeCheckpoints(answer));
  }
}

void Export(const DecoderFileOptions& options) {
  OutputFile target(options.path, options.overwrite);
  const auto file =
      DecoderClient(control::Connect(options.server)).Export(options.request, ProcessStopFlag());
  if (!file) throw std::runtime_error("interrupted");
  const std::string bytes = WriteDecoderFile(*file);
  target.Write(bytes);
  if (options.server.json) {
    PrintLines(MessageJson(file->decoder()));
  } else {
    Print("{}: {}; {}\n", options.path, archive::DescribeDecoder(file->decoder()),
          archive::SizeText(static_cast<std::int64_t>(bytes.size())));
  }
}

void Import(const DecoderFileOptions& options) {
  const v1::DecoderFile file = Load(options.path);
  const v1::Session session = DecoderClient(control::Connect(options.server))
                                  .Import(options.session, file, options.shadow, options.frozen);
  if (options.server.json) {
    PrintLines(MessageJson(session));
    return;
  }
  const std::string role =
      options.shadow.empty() ? "drives" : fmt::format("is shadow `{}`", options.shadow);
  Print("session {}: {} {} from the next bin on\n{}", options.session,
        archive::DescribeDecoder(file.decoder()), role, control::DescribeDecoders(session));
}

void Diff(const DecoderFileOptions& options) {
  const v1::DecoderFile a = Load(options.path), b = Load(options.other_path);
  const DecoderDifference difference = CompareDecoders(a, b);
  Print("{}",
        archive::DescribeDifference(difference, options.path, options.other_path, options.all));
  if (!difference.is_equal()) {
    throw std::runtime_error(options.path + " and " + options.other_path + " differ");
  }
}

CLI::App* AddCommand(CLI::App* parent, const std::string& name, const std::string& description,
                     const std::shared_ptr<DecoderFileOptions>& options,
                     void (*run)(const DecoderFileOptions&)) {
  CLI::App* command = parent->add_subcommand(name, description);
  command->callback([options, run] { run(*options); });
  return command;
}

}  // namespace

void AddDecoderCommand(CLI::App& app) {
  const auto options = std::make_shared<DecoderFileOptions>();
  CLI::App* decoder = app.add_subcommand(
      "decoder", "Decoders with all that they have learnt, as files: from session to session.");
  decoder->require_subcommand(1);
  decoder->footer(kExamples);

  CLI::App* list =
      AddCommand(decoder, "list", "The decoders of a session that runs, and the checkpoints of it.",
                 options, List);
  list->add_option("SESSION", options->session, "ID, or ID@NUMBER of a recording")->required();
  control::AddServerOptions(list, &options->server);

  CLI::App* to_file = AddCommand(
      decoder, "export",
      "A decoder into a file: of a session that runs as it is now, of a recorded one as it was "
      "last.",
      options, Export);
  to_file
      ->add_option_function<std::string>(
          "SESSION", [options](const std::string& name) { options->request.set_recording(name); },
          "ID, or ID@NUMBER of a recording")
      ->required();
  to_file->add_option("FILE", options->path, "File to write")->required();
  to_file->add_option_function<std::string>(
      "--name", [options](const std::string& name) { options->request.set_name(name); },
      "Which decoder: `driver`, or a shadow. Default: driver");
  to_file->add_option_function<std::uint64_t>(
      "--checkpoint",
      [options](std::uint64_t number) { options->request.set_checkpoint_number(number); },
      "As it was at this checkpoint; `efferent decoder list` has their numbers");
  to_file->add_flag("--overwrite", options->overwrite, kOverwriteHelp);
  control::AddServerOptions(to_file, &options->server);
  control::AddJsonOption(to_file, &options->server);

  CLI::App* from_file = AddCommand(
      decoder, "import",
      "A decoder from a file: it drives from the next bin on, with all that it has learnt.",
      options, Import);
  from_file->add_option("SESSION", options->session, "ID of a session that runs")->required();
  from_file->add_option("FILE", options->path, "File that `efferent decoder export` wrote")
      ->required();
  CLI::Option* shadow = from_file->add_option("--shadow", options->shadow,
                                              "It does not drive: it is a shadow of this name");
  from_file->add_flag("--frozen", options->frozen, "It never learns while it is a shadow")
      ->needs(shadow);
  control::AddServerOptions(from_file, &options->server);
  control::AddJsonOption(from_file, &options->server);

  CLI::App* diff = AddCommand(
      decoder, "diff",
      "What two decoder files differ in. Where they come from is shown, and does not count.",
      options, Diff);
  diff->add_option("A", options->path, "A decoder file")->required();
  diff->add_option("B", options->other_path, "Another one")->required();
  diff->add_flag("--all", options->all, "List the fields of the state that are equal, too");
}

}  // namespace efferent

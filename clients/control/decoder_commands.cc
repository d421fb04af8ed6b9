#include "clients/control/decoder_commands.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "clients/control/decoder_settings.h"
#include "clients/control/server_options.h"
#include "clients/control/session_details.h"
#include "clients/control/session_text.h"
#include "clients/report/standard_output.h"
#include "clients/session/decoder_client.h"
#include "clients/session/decoder_name.h"
#include "clients/session/message_json.h"
#include "clients/session/session_client.h"

namespace efferent::control {
namespace {

struct DecoderOptions {
  ServerOptions server;
  std::string session_id;
  std::string shadow;
  std::string decoder;  ///< Empty: a twin of the driver.
  std::vector<std::string> settings;
  bool frozen = false;
};

void PrintDecoders(const DecoderOptions& options, const std::string& news,
                   const v1::Session& session) {
  if (options.server.json) {
    PrintLines(MessageJson(session));
  } else {
    Print("{}{}", news, DescribeDecoders(session));
  }
}

void Swap(const DecoderOptions& options) {
  const v1::DecoderConfig config = MakeDecoderConfig(options.decoder, options.settings);
  const v1::Session session =
      DecoderClient(Connect(options.server)).Swap(options.session_id, config);
  PrintDecoders(options,
                fmt::format("session {}: {} drives from the next bin on, having learnt nothing\n",
                            options.session_id, DriverText(session)),
                session);
}

void Promote(const DecoderOptions& options) {
  const v1::Session session =
      DecoderClient(Connect(options.server)).PromoteShadow(options.session_id, options.shadow);
  PrintDecoders(options,
                fmt::format("session {0}: {1} drives from the next bin on; what drove is shadow "
                            "`{2}` now, and the same command undoes it\n",
                            options.session_id, DriverText(session), options.shadow),
                session);
}

void AddShadow(const DecoderOptions& options) {
  std::optional<v1::DecoderConfig> config;
  if (!options.decoder.empty()) config = MakeDecoderConfig(options.decoder, options.settings);
  const v1::Session session =
      DecoderClient(Connect(options.server))
          .AddShadow(options.session_id, options.shadow, config, options.frozen);
  PrintDecoders(options,
                fmt::format("session {}: shadow `{}` is scored from the next bin on, and {}\n",
                            options.session_id, options.shadow,
                            options.frozen ? "learns nothing while it is one" : "learns"),
                session);
}

void RemoveShadow(const DecoderOptions& options) {
  const v1::Session session =
      DecoderClient(Connect(options.server)).RemoveShadow(options.session_id, options.shadow);
  PrintDecoders(
      options, fmt::format("session {}: shadow `{}` is gone\n", options.session_id, options.shadow),
      session);
}

void ListShadows(const DecoderOptions& options) {
  const v1::Session session = SessionClient(Connect(options.server)).Get(options.session_id);
  if (!options.server.json) return PrintDecoders(options, "", session);
  v1::Session decoders;
  decoders.set_session_id(session.session_id());
  *decoders.mutable_decoders() = session.decoders();
  PrintDecoders(options, "", decoders);
}

CLI::Option* AddDecoderChoice(CLI::App* command, DecoderOptions* options,
                              const std::string& description) {
  CLI::Option* decoder = command->add_option("--decoder", options->decoder, description)
                             ->check(CLI::IsMember(DecoderNames()));
  command
      ->add_option("--set", options->settings,
                   "Parameter of the decoder, FIELD=VALUE, as in learning_rate=0.0005; repeatable. "
                   "An unknown FIELD is answered with those there are")
      ->take_all()
      ->allow_extra_args(false)
      ->needs(decoder);
  return decoder;
}

CLI::App* AddCommand(CLI::App* parent, const std::string& name, const std::string& description,
                     const std::shared_ptr<DecoderOptions>& options,
                     void (*run)(const DecoderOptions&)) {
  CLI::App* command = parent->add_subcommand(name, description);
  command->add_option("ID", options->session_id, "Session")->required();
  AddServerOptions(command, &options->server);
  AddJsonOption(command, &options->server);
  command->callback([options, run] { run(*options); });
  return command;
}

void AddShadowName(CLI::App* command, DecoderOptions* options) {
  command->add_option("NAME", options->shadow, "Name of the shadow")->required();
}

}  // namespace

void AddDecoderCommands(CLI::App* session) {
  const auto options = std::make_shared<DecoderOptions>();
  CLI::App* swap = AddCommand(
      session, "swap",
      "Put a new decoder in the driver's place. It has learnt nothing: to let it learn before it "
      "drives, add it as a shadow and promote it.",
      options, Swap);
  AddDecoderChoice(swap, options.get(), "Decoder")->required();

  CLI::App* shadow = session->add_subcommand(
      "shadow", "Decoders that see, learn and are scored as the driver is, but do not drive.");
  shadow->require_subcommand(1);
  CLI::App* add = AddCommand(shadow, "add", "Add a shadow.", options, AddShadow);
  AddShadowName(add, options.get());
  AddDecoderChoice(add, options.get(),
                   "Decoder. Default: a twin of the driver, with its settings and its weights");
  add->add_flag("--frozen", options->frozen,
                "It learns nothing while it is a shadow: a twin then shows what learning is worth");
  AddShadowName(AddCommand(shadow, "remove", "Take a shadow away.", options, RemoveShadow),
                options.get());
  AddCommand(shadow, "list", "The driver and its shadows, with their scores.", options,
             ListShadows);

  CLI::App* promote = AddCommand(
      session, "promote",
      "Let a shadow drive, with all that it has learnt. What drove goes on as the shadow of that "
      "name.",
      options, Promote);
  AddShadowName(promote, options.get());
}

}  // namespace efferent::control

// `efferent`: every client of the service, as subcommands. Wiring only.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "clients/acquisition/stream_command.h"
#include "clients/archive/decoder_command.h"
#include "clients/archive/erase_command.h"
#include "clients/archive/export_command.h"
#include "clients/archive/replay_command.h"
#include "clients/archive/sessions_command.h"
#include "clients/arm/arm_command.h"
#include "clients/control/session_command.h"
#include "clients/control/top_command.h"
#include "clients/demo/demo_command.h"
#include "clients/evaluation/eval_command.h"
#include "clients/load/load_command.h"
#include "clients/session/errors.h"
#include "clients/session/health_command.h"
#include "clients/subject/subject_command.h"

namespace {

// What the shell sees.
constexpr int kOk = 0;
constexpr int kRunFailed = 1;
constexpr int kBadInput = 2;

constexpr const char* kExamples = R"(Examples:
  efferentd &                                          start a server on 127.0.0.1:50051
  efferent stream --recording session.nwb --speed max  decode a recording, score it
  efferent session list                                what runs there; `efferent top` shows it live
  efferent sessions                                    what is recorded there
  efferent stream --help                               all that a subcommand can do

Exit status: 0 all went well, 1 the run failed, 2 bad usage or bad input.)";

int Fail(const char* what, int exit_code) {
  std::fprintf(stderr, "efferent: %s\n", what);
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Clients of the Efferent closed-loop decoding service.", "efferent");
  app.set_version_flag("--version", "efferent " EFFERENT_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  efferent::AddStreamCommand(app);
  efferent::AddArmCommand(app);
  efferent::AddSubjectCommand(app);
  efferent::AddDemoCommand(app);
  efferent::AddEvalCommand(app);
  efferent::AddSessionCommand(app);
  efferent::AddEraseCommand(app.get_subcommand("session"));
  efferent::AddTopCommand(app);
  efferent::AddSessionsCommand(app);
  efferent::AddReplayCommand(app);
  efferent::AddExportCommand(app);
  efferent::AddDecoderCommand(app);
  efferent::AddLoadCommand(app);
  efferent::AddHealthCommand(app);

  try {
    app.parse(argc, argv);  // Runs the subcommand that was named.
    return kOk;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == kOk ? kOk : kBadInput;
  } catch (const efferent::InputError& e) {
    return Fail(e.what(), kBadInput);
  } catch (const efferent::RpcError& e) {
    return Fail(e.what(), e.is_bad_input() ? kBadInput : kRunFailed);
  } catch (const std::exception& e) {
    return Fail(e.what(), kRunFailed);
  }
}

// `efferent`: every client of the service, as subcommands. Wiring only.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>

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
#include "clients/report/standard_output.h"
#include "clients/session/errors.h"
#include "clients/session/health_command.h"
#include "clients/session/stop_flag.h"
#include "clients/subject/subject_command.h"
#include "clients/unknown_command.h"
#include "files/printable_text.h"

namespace {

// What the shell sees.
constexpr int kOk = 0;
constexpr int kRunFailed = 1;
constexpr int kBadInput = 2;
constexpr int kSignalled = 128;  // And the signal's number: 130 after Ctrl-C.

constexpr const char* kExamples = R"(Examples:
  efferentd &                                          start a server on 127.0.0.1:50051
  efferent stream --recording session.nwb --speed max  decode a recording, score it
  efferent session list                                what runs there; `efferent top` shows it live
  efferent sessions                                    what is recorded there
  efferent stream --help                               all that a subcommand can do

Exit status: 0 all went well, 1 the run failed, 2 bad usage or bad input, 130 ended by Ctrl-C.)";

int Fail(const std::string& what, int exit_code) {
  std::fprintf(stderr, "efferent: %s\n", efferent::PrintableLines(what).c_str());
  return exit_code;
}

// Help and version are exceptions to the parser, too.
int TakeParseError(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out, complaint;
  const int code = app.exit(error, out, complaint);
  efferent::PrintLines(out.str());
  std::fputs(efferent::PrintableLines(complaint.str()).c_str(), stderr);
  return code == kOk ? kOk : kBadInput;
}

// Runs the subcommand that is named.
int Run(CLI::App& app, int argc, char** argv) {
  try {
    efferent::RefuseUnknownCommand(app, argc, argv);
    app.parse(argc, argv);
    return kOk;
  } catch (const CLI::ParseError& e) {
    return TakeParseError(app, e);
  } catch (const efferent::InputError& e) {
    return Fail(e.what(), kBadInput);
  } catch (const efferent::RpcError& e) {
    return Fail(e.what(), e.is_bad_input() ? kBadInput : kRunFailed);
  } catch (const std::exception& e) {
    return Fail(e.what(), kRunFailed);
  }
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
    int exit_code = Run(app, argc, argv);
    efferent::FlushOutput();
    if (const auto signal = efferent::StopSignal()) exit_code = kSignalled + *signal;
    return exit_code;
  } catch (const efferent::OutputError& e) {
    return Fail(e.what(), kRunFailed);
  }
}

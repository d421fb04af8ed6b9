// `efferent-bench`: how fast the project is, beside what it is compared with. Wiring only.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "tests/bench/archive_command.h"
#include "tests/bench/echo_servers.h"
#include "tests/bench/round_trip_command.h"
#include "tests/bench/scale_command.h"
#include "tests/bench/stall_command.h"
#include "tests/bench/step_command.h"

namespace {

constexpr int kOk = 0;
constexpr int kRunFailed = 1;
constexpr int kBadUsage = 2;

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(
      "Speed of the Efferent decoding service, measured beside references in the same run.",
      "efferent-bench");
  app.footer("Exit status: 0 all went well, 1 the run failed, 2 bad usage.");
  app.require_subcommand(1);
  efferent::bench::AddStepCommand(app);
  efferent::bench::AddRoundTripCommand(app);
  efferent::bench::AddScaleCommand(app);
  efferent::bench::AddArchiveCommand(app);
  efferent::bench::AddStallCommand(app);
  efferent::bench::AddEchoServers(app);
  try {
    app.parse(argc, argv);  // Runs the subcommand that was named.
    return kOk;
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == kOk ? kOk : kBadUsage;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "efferent-bench: %s\n", e.what());
    return kRunFailed;
  }
}

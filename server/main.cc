// efferentd: wiring only.
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/config/config_file.h"
#include "server/config/listen_address.h"
#include "server/fan_out_events.h"
#include "server/heap_trimmer.h"
#include "server/log_events.h"
#include "server/logging.h"
#include "server/open_files.h"
#include "server/realtime/memory_lock.h"
#include "server/recording/recorder.h"
#include "server/server.h"

namespace efferent {
namespace {

// Exit codes.
constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;

constexpr const char* kExamples = R"(Examples:
  efferentd                                      on 127.0.0.1:50051, every setting at its default
  efferentd --listen 127.0.0.1:0                 on a free port; prints `listening on HOST:PORT`
  efferentd --listen 127.0.0.1:50051 --listen unix:/run/efferent/socket
  efferentd --metrics-listen 127.0.0.1:9464      prints `metrics on http://HOST:PORT/metrics`
  efferentd --print-config > efferentd.yaml      every setting with its unit and bounds, to be edited
  efferentd --config efferentd.yaml --data-dir efferent-data

Ends in good order on SIGTERM and SIGINT: arms are stopped first. SIGHUP (a terminal that closes) is logged and
changes nothing. Whether anybody reads its output never matters.
Exit status: 0 ended as asked, 1 it could not serve, 2 bad usage or configuration.)";

struct CommandLine {
  std::string config;
  std::vector<std::string> listen;
  std::optional<std::string> metrics_listen;
  std::optional<std::string> data_dir;
  std::optional<std::string> durability;
  std::optional<std::string> log_level;
  bool insecure = false;
  bool print_config = false;
  bool check_config = false;
};

void Declare(CommandLine* line, CLI::App* app) {
  app->add_option("--config", line->config, "configuration file (YAML)");
  app->add_option("--listen", line->listen,
                  "HOST:PORT (port 0: any free one) or unix:/PATH; repeatable")
      ->allow_extra_args(false);
  app->add_option("--metrics-listen", line->metrics_listen,
                  "HOST:PORT for Prometheus to scrape; without it, there are no metrics");
  app->add_flag("--insecure", line->insecure,
                "let other machines reach it, though nothing is encrypted and nobody needs a "
                "password: for networks "
                "in which you trust everybody");
  app->add_option(
      "--data-dir", line->data_dir,
      "folder to record sessions in, which go on with the next server; without it, nothing "
      "is kept");
  app->add_option(
         "--durability", line->durability,
         "batch: recorded within 0.2 s, whatever happens to the server; full: a chunk is on "
         "the disk before it is acknowledged")
      ->check(CLI::IsMember(NamesOf(DurabilityChoice())));
  app->add_option("--log-level", line->log_level, "least severe message that is logged")
      ->check(CLI::IsMember(NamesOf(LogLevel())));
  app->add_flag("--print-config", line->print_config, "print the effective configuration and exit");
  app->add_flag("--check-config", line->check_config, "check the configuration and exit");
}

Config Configure(const CommandLine& line) {
  Config config = line.config.empty() ? Config{} : LoadConfig(line.config);
  if (!line.listen.empty()) {
    if (const auto wrong = UnusableListenAddresses(line.listen)) {
      throw ConfigError("--listen " + *wrong);
    }
    config.server.listen = line.listen;
  }
  if (line.metrics_listen) {
    if (const auto wrong = UnusableMetricsAddress(*line.metrics_listen)) {
      throw ConfigError("--metrics-listen " + *wrong);
    }
    config.server.metrics_listen = *line.metrics_listen;
  }
  if (line.insecure) config.server.insecure = true;
  RequireConsentToNetwork(config.server);
  if (line.data_dir) config.server.data_dir = *line.data_dir;
  if (line.durability) {
    config.server.durability = FindChoice<DurabilityChoice>(*line.durability).value();
  }
  if (line.log_level) config.server.log_level = FindChoice<LogLevel>(*line.log_level).value();
  return config;
}

std::shared_ptr<Recorder> MakeRecorder(const ServerParams& params) {
  if (params.data_dir.empty()) return nullptr;
  RecorderParams recorder;
  recorder.data_dir = params.data_dir;
  recorder.durability = params.durability == DurabilityChoice::kFull
                            ? Database::Durability::kPower
                            : Database::Durability::kProcess;
  recorder.batch_s = params.batch_interval_s;
  recorder.buffer_s = params.recording_buffer_s;
  recorder.checkpoint_s = params.checkpoint_interval_s;
  recorder.keep_days = params.keep_days;
  recorder.keep_gigabytes = params.keep_gigabytes;
  recorder.server_version = EFFERENT_VERSION;
  spdlog::info("{}", DescribeRetention(recorder));
  return std::make_shared<Recorder>(recorder);
}

std::shared_ptr<EventSink> MakeEvents(const std::shared_ptr<Recorder>& recorder) {
  std::vector<std::shared_ptr<EventSink>> sinks = {std::make_shared<LogEvents>()};
  if (recorder) sinks.push_back(recorder);
  return std::make_shared<FanOutEvents>(std::move(sinks));
}

void LockMemoryIfAsked(const ServerParams& params) {
  if (!params.lock_memory) return;
  if (const auto refusal = LockMemory()) {
    spdlog::warn("{}", *refusal);
  } else {
    spdlog::info("memory is locked");
  }
}

/// The context of `signals` runs until one says that the server shall end.
void WaitForEnd(boost::asio::signal_set* signals) {
  signals->async_wait([signals](const boost::system::error_code&, int signal) {
    if (signal == SIGHUP) {
      spdlog::warn(
          "SIGHUP: the server goes on (its terminal has gone, or somebody asked it to read its "
          "settings "
          "again, which it does only when it starts); end it with SIGTERM");
      return WaitForEnd(signals);
    }
    spdlog::info("signal {}: shutting down", signal);
  });
}

void Serve(const Config& config) {
  // Signals are this thread's: taken over before any other starts.
  boost::asio::io_context io;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM, SIGHUP);
  const std::shared_ptr<Recorder> recorder = MakeRecorder(config.server);
  Server server(config.server, config.session_defaults, MakeEvents(recorder), MakeDecoder,
                recorder);
  for (const std::string& address : server.addresses()) {
    std::printf("listening on %s\n", address.c_str());
  }
  if (config.server.insecure) {
    spdlog::warn(
        "server.insecure: other machines may connect; nothing is encrypted, nobody needs a "
        "password");
  }
  if (!server.metrics_url().empty()) std::printf("metrics on %s\n", server.metrics_url().c_str());
  std::fflush(stdout);
  WaitForEnd(&signals);
  io.run();
  server.Shutdown();
}

int Main(int argc, char** argv) {
  CommandLine line;
  CLI::App app("Closed-loop brain-computer interface decoding service. Research use only.",
               "efferentd");
  app.set_version_flag("--version", "efferentd " EFFERENT_VERSION);
  app.footer(kExamples);
  Declare(&line, &app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadConfiguration;
  }
  Config config;
  try {
    config = Configure(line);
  } catch (const ConfigError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return kBadConfiguration;
  }
  if (line.print_config) std::fputs(PrintConfig(config).c_str(), stdout);
  if (line.print_config || line.check_config) return 0;

  TuneHeap();
  std::signal(SIGPIPE, SIG_IGN);  // whoever reads the output may go
  StartLog(config.server.log_level);
  int result = 0;
  if (const std::string raised = RaiseOpenFileLimit(); !raised.empty()) spdlog::info("{}", raised);
  LockMemoryIfAsked(config.server);
  try {
    Serve(config);
  } catch (const std::exception& error) {
    spdlog::critical("{}", error.what());
    result = kFailed;
  }
  StopLog();
  return result;
}

}  // namespace
}  // namespace efferent

int main(int argc, char** argv) { return efferent::Main(argc, argv); }

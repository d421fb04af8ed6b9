#include "server/logging.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <spdlog/async.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>

#include "server/log_sink.h"

namespace efferent {
namespace {

constexpr std::chrono::milliseconds kLongestGoodbye{500};

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// gRPC calls errors what a service calls news (a client that went away), hence a step down.
void LogFromGrpc(gpr_log_func_args* args) {
  spdlog::log(args->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug,
              "gRPC: {}", args->message);
}

/// So does Protobuf, with messages that a client has sent.
void LogFromProtobuf(google::protobuf::LogLevel level, const char*, int, const std::string& text) {
  spdlog::log(
      level >= google::protobuf::LOGLEVEL_ERROR ? spdlog::level::warn : spdlog::level::debug,
      "Protobuf: {}", text);
}

/// And SQLite, whose notes are of what it found and mended in a file.
void LogFromSqlite(void*, int code, const char* text) {
  spdlog::log((code & 0xff) == SQLITE_NOTICE ? spdlog::level::info : spdlog::level::warn,
              "SQLite: {}", text);
}

std::shared_ptr<LogSink> sink;
std::shared_ptr<spdlog::details::thread_pool> queue;

}  // namespace

void StartLog(LogLevel level) {
  sink = std::make_shared<LogSink>(STDERR_FILENO);
  queue = std::make_shared<spdlog::details::thread_pool>(8'192, 1);
  sink->SetQueue(queue.get());
  spdlog::set_default_logger(std::make_shared<spdlog::async_logger>(
      "efferentd", sink, queue, spdlog::async_overflow_policy::overrun_oldest));
  spdlog::set_level(SpdlogLevel(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::flush_every(std::chrono::duration_cast<std::chrono::seconds>(LogLimiter::kWindow));
  gpr_set_log_function(LogFromGrpc);
  google::protobuf::SetLogHandler(LogFromProtobuf);
  sqlite3_config(SQLITE_CONFIG_LOG, LogFromSqlite, nullptr);
}

void StopLog() {
  gpr_set_log_function(nullptr);
  google::protobuf::SetLogHandler(nullptr);
  sink->writer().LimitWaiting(kLongestGoodbye);
  spdlog::shutdown();
  queue.reset();  // writes what is in it
}

}  // namespace efferent

#include "server/logging.h"

#include <grpc/support/log.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace efferent {
namespace {

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

}  // namespace

void StartLog(LogLevel level) {
  spdlog::init_thread_pool(8'192, 1);
  spdlog::set_default_logger(spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("efferentd"));
  spdlog::set_level(SpdlogLevel(level));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  gpr_set_log_function(LogFromGrpc);
}

void StopLog() {
  gpr_set_log_function(nullptr);
  spdlog::shutdown();
}

}  // namespace efferent

#include "server/log_sink.h"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <string>
#include <utility>

#include "files/printable_text.h"

namespace efferent {

void LogSink::sink_it_(const spdlog::details::log_msg& message) {
  const auto now = std::chrono::steady_clock::now();
  for (const std::string& line : limiter_.TakeSummaries(now)) WriteWarning(line);
  if (limiter_.Admit({message.payload.data(), message.payload.size()}, now)) Write(message);
}

void LogSink::flush_() {
  for (const std::string& line : limiter_.TakeSummaries(std::chrono::steady_clock::now())) {
    WriteWarning(line);
  }
}

void LogSink::Write(const spdlog::details::log_msg& message) {
  const std::string text = PrintableText({message.payload.data(), message.payload.size()});
  spdlog::details::log_msg printable = message;
  printable.payload = {text.data(), text.size()};
  spdlog::memory_buf_t line;
  formatter_->format(printable, line);
  if (!writer_.Write({line.data(), line.size()})) {
    ++num_unwritten_;
  } else {
    ReportLost();
  }
}

void LogSink::WriteWarning(std::string_view text) {
  Write(spdlog::details::log_msg("", spdlog::level::warn, {text.data(), text.size()}));
}

void LogSink::ReportLost() {
  const std::size_t overrun = queue_ ? queue_->overrun_counter() : 0;
  const std::size_t lost =
      overrun - std::exchange(num_overrun_, overrun) + std::exchange(num_unwritten_, 0);
  if (lost > 0)
    WriteWarning(fmt::format("{} lines of the log are lost: nobody read them in time", lost));
}

}  // namespace efferent

#pragma once

#include <spdlog/async.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <string_view>

#include "server/log_limiter.h"
#include "server/log_writer.h"

namespace efferent {

/// Where the log's lines go: to a descriptor, without floods, and each on one line whatever text it quotes
/// (as PrintableText shows it). How many lines got lost because nobody read them is said once
/// somebody does. For the log's thread.
class LogSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit LogSink(int descriptor) : writer_(descriptor) {}

  /// Whose queue the lines come from; it counts those that it had no room for. Before the first line.
  void SetQueue(spdlog::details::thread_pool* queue) { queue_ = queue; }

  LogWriter& writer() { return writer_; }
  /// Says what was left out so far. Called at the end and now and then.
  void flush_() override;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override;

 private:
  void Write(const spdlog::details::log_msg& message);
  void WriteWarning(std::string_view text);
  void ReportLost();

  LogWriter writer_;
  LogLimiter limiter_;
  spdlog::details::thread_pool* queue_ = nullptr;
  std::size_t num_unwritten_ = 0;
  std::size_t num_overrun_ = 0;  // as last said
};

}  // namespace efferent

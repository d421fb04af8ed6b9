#include "server/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spdlog/async.h>
#include <unistd.h>

#include <array>
#include <future>
#include <memory>
#include <string>

namespace efferent {
namespace {

using testing::HasSubstr;

/// A pipe of 4,096 bytes.
class Pipe {
 public:
  Pipe() {
    EXPECT_EQ(pipe(ends_.data()), 0);
    EXPECT_EQ(fcntl(ends_[1], F_SETPIPE_SZ, 4096), 4096);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    CloseReader();
    close(ends_[1]);
  }
  void CloseReader() {
    if (ends_[0] >= 0) close(std::exchange(ends_[0], -1));
  }
  int writer() const { return ends_[1]; }
  /// What is in it.
  std::string Read() const {
    std::string text(1 << 16, '\0');
    const ssize_t size = read(ends_[0], text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
  }

 private:
  std::array<int, 2> ends_{};
};

TEST(LogWriter, GivesUpOnAReaderThatDoesNotReadOnceWaitingIsLimited) {
  const Pipe pipe;
  LogWriter writer(pipe.writer());
  auto written = std::async([&] { return writer.Write(std::string(10'000, 'x')); });
  writer.LimitWaiting(std::chrono::milliseconds(0));
  EXPECT_FALSE(written.get());
  EXPECT_FALSE(writer.Write("more"));
  EXPECT_FALSE(pipe.Read().empty());
  EXPECT_TRUE(writer.Write("more"));
}

TEST(LogWriter, WhetherTheDescriptorBlocksStaysAsItWas) {
  const Pipe pipe;
  const LogWriter writer(pipe.writer());
  EXPECT_EQ(fcntl(pipe.writer(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LogSink, EveryLineStaysOnOneWhateverItQuotes) {
  const Pipe pipe;
  LogSink sink(pipe.writer());
  sink.set_pattern("%l %v");
  sink.log({"", spdlog::level::info, "a\nb\x1b[31m\x7f \xe2\x80\xae \xff \xc2\x9b \xc2\xb5V"});
  EXPECT_EQ(pipe.Read(), "info a?b?[31m? ? ? ? \xc2\xb5V\n");
}

TEST(LogSink, SaysHowManyLinesAreLostOnceSomebodyReads) {
  const Pipe pipe;
  const auto sink = std::make_shared<LogSink>(pipe.writer());
  auto queue = std::make_shared<spdlog::details::thread_pool>(8, 1);
  sink->SetQueue(queue.get());
  auto logger = std::make_shared<spdlog::async_logger>(
      "test", sink, queue, spdlog::async_overflow_policy::overrun_oldest);
  // Twice what the pipe takes, each of another kind, so that none is left out for its likeness.
  std::string line(100, 'a');
  for (char kind = 'a'; kind <= 'z'; ++kind) {
    for (char also = 'a'; also <= 'd'; ++also) {
      line.back() = kind, line.front() = also;
      logger->info(line);
    }
  }
  std::string text;
  while (text.find("lines of the log are lost: nobody read them in time") == std::string::npos) {
    text += pipe.Read();  // until the writer has caught up
  }
  EXPECT_THAT(text, HasSubstr("aaa"));
  sink->writer().LimitWaiting(std::chrono::milliseconds(0));  // nobody reads the rest
}

}  // namespace
}  // namespace efferent

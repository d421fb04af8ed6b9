// The log is never in the way: nobody reads it, its reader goes away, the terminal closes, clients flood it.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

/// A server whose standard error goes to a pipe that this test has the other end of.
class UnreadLog : public testing::Test {
 protected:
  UnreadLog() : pipe_((folder_.path() / "log").string()) {
    EXPECT_EQ(mkfifo(pipe_.c_str(), 0600), 0);
    reader_ = open(pipe_.c_str(), O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(fcntl(reader_, F_SETPIPE_SZ, kPipeBytes), kPipeBytes);
    server_ = std::make_unique<RunningProgram>(
        "/bin/sh", std::vector<std::string>{"-c", "exec " + (ProgramDir() / "efferentd").string() +
                                                      " --listen 127.0.0.1:0 2>" + pipe_});
    const std::string listening = "listening on ";
    EXPECT_TRUE(server_->Says(listening));
    address_ = server_->output().substr(listening.size());
    address_.erase(address_.find('\n'));
  }
  ~UnreadLog() override { StopReading(); }

  void StopReading() {
    if (reader_ >= 0) close(reader_);
    reader_ = -1;
  }
  /// Has the server log more than the pipe takes.
  void MakeLines() {
    Clients clients(address_);
    for (int i = 0; i < kPipeBytes / 50; ++i) {
      const std::string id = std::string("s").append(std::to_string(i));
      ASSERT_TRUE(clients.Create(id, SmallConfig()).ok());
      ASSERT_TRUE(clients.End(id).ok());
    }
  }

  static constexpr int kPipeBytes = 4096;
  const ScratchFolder folder_;
  const std::string pipe_;
  int reader_ = -1;
  std::unique_ptr<RunningProgram> server_;
  std::string address_;
};

TEST_F(UnreadLog, ServerGoesOnWhenTheReaderHasGone) {
  StopReading();
  MakeLines();
  EXPECT_EQ(server_->End(), 0);
}

TEST_F(UnreadLog, ServerGoesOnAndEndsWhenNobodyReads) {
  MakeLines();
  EXPECT_EQ(server_->End(), 0);
}

TEST(Hangup, IsLoggedAndChangesNothing) {
  RunningServer server;
  ASSERT_EQ(kill(server.process_id(), SIGHUP), 0);
  EXPECT_TRUE(server.Says("SIGHUP: the server goes on"));
  EXPECT_TRUE(Clients(server.address()).Create("s", SmallConfig()).ok());
  ASSERT_EQ(kill(server.process_id(), SIGHUP), 0);
  EXPECT_TRUE(Clients(server.address()).End("s").ok());
  EXPECT_EQ(server.End(), 0) << server.output();
}

int CountLines(const std::string& text, const std::string& with) {
  std::istringstream lines(text);
  int count = 0;
  for (std::string line; std::getline(lines, line);) count += line.find(with) != std::string::npos;
  return count;
}

TEST(LogFlood, RefusedChunksLeaveAFewLinesAndACount) {
  RunningServer server;
  Clients clients(server.address());
  ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
  for (int i = 0; i < 40; ++i) {
    auto call = clients.Acquire("s");
    ASSERT_FALSE(Send(call.get(), OneBin(0)));
    ASSERT_EQ(call->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
  EXPECT_TRUE(server.Says("more lines like this were left out: session s: ")) << server.output();
  // 5 in a window of 10 s (LogLimiter); on a very slow machine the 40 take several windows.
  EXPECT_LE(CountLines(server.output(), "chunk_refused"), 20) << server.output();
}

TEST(LogFormat, LinesOfLibrariesLookLikeAllOthers) {
  RunningServer server;
  // A string that is not UTF-8: Protobuf complains, on the server's side too.
  EXPECT_FALSE(Clients(server.address()).Create("\xff\n\xfe", SmallConfig()).ok());
  ASSERT_TRUE(server.Says("Protobuf: ")) << server.output();
  EXPECT_EQ(server.End(), 0);
  std::istringstream lines(server.output());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("listening on ")) continue;
    EXPECT_THAT(line,
                testing::MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9:.+-]+ (info|warning|error) .*"));
  }
}

}  // namespace
}  // namespace efferent::test

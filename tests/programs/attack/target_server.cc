#include "tests/programs/attack/target_server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/programs/programs.h"
#include "tests/service/process_view.h"

namespace efferent::test {
namespace {

constexpr std::size_t kTail = 20'000;

std::string After(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) return "";
  return text.substr(at + label.size(), text.find('\n', at) - at - label.size());
}

}  // namespace

TargetServer::TargetServer() : pipe_((folder_.path() / "log").string()) {
  const std::string config = folder_.path() / "f.yaml";
  // A busy machine may keep a client from answering for long, and a disk from writing.
  std::ofstream(config) << "server:\n  max_sessions: " << kMaxSessions
                        << "\n  max_memory_gigabytes: " << kMemoryGb
                        << "\n  keepalive_s: 60\n  recording_buffer_s: 60\n  metrics_listen: "
                           "127.0.0.1:0\n";
  EXPECT_EQ(mkfifo(pipe_.c_str(), 0600), 0);
  log_thread_ = std::thread([this] { ReadLog(); });
  unix_address_ = "unix:" + (folder_.path() / "socket").string();
  server_ = std::make_unique<RunningProgram>(
      "/bin/sh", std::vector<std::string>{
                     "-c", "ulimit -n " + std::to_string(kFiles) + " && exec " +
                               (ProgramDir() / "efferentd").string() + " --config " + config +
                               " --data-dir " + (folder_.path() / "data").string() +
                               " --listen 127.0.0.1:0 --listen " + unix_address_ + " 2>" + pipe_});
  EXPECT_TRUE(server_->Says("metrics on ")) << server_->output() << TailOfLog();
  address_ = After(server_->output(), "listening on ");
  metrics_address_ = After(server_->output(), "metrics on http://");
  metrics_address_ = metrics_address_.substr(0, metrics_address_.find('/'));
  memory_thread_ = std::thread([this] { WatchMemory(); });
}

TargetServer::~TargetServer() {
  is_over_ = true;
  memory_thread_.join();
  log_thread_.join();
}

// What is left of a process that has ended holds no memory.
bool TargetServer::IsRunning() const { return ResidentMb() > 0.0; }

void TargetServer::ReadLog() {
  int reader = open(pipe_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  std::array<char, 4'096> bytes;
  while (!is_over_) {
    const LogReader state = log_state_;
    if (state == LogReader::kGone && reader >= 0) {
      close(reader);
      reader = -1;
    }
    if (state == LogReader::kReads && reader < 0) {
      reader = open(pipe_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    const ssize_t got = state == LogReader::kReads ? read(reader, bytes.data(), bytes.size()) : 0;
    if (got <= 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      continue;
    }
    log_bytes_ += static_cast<std::uint64_t>(got);
    const std::lock_guard lock(tail_mutex_);
    tail_.append(bytes.data(), static_cast<std::size_t>(got));
    if (tail_.size() > 2 * kTail) tail_.erase(0, tail_.size() - kTail);
  }
  if (reader >= 0) close(reader);
}

std::string TargetServer::TailOfLog() {
  const std::lock_guard lock(tail_mutex_);
  return tail_;
}

double TargetServer::ResidentMb() const {
  try {
    return 1e-6 * static_cast<double>(LookAtProcess(process_id()).resident_bytes);
  } catch (const std::exception&) {
    return 0.0;  // it has ended
  }
}

double TargetServer::TakePeakMb() { return std::max(peak_mb_.exchange(0.0), ResidentMb()); }

void TargetServer::WatchMemory() {
  while (!is_over_) {
    peak_mb_ = std::max(peak_mb_.load(), ResidentMb());
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

}  // namespace efferent::test

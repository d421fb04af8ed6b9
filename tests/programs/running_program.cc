#include "tests/programs/running_program.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

constexpr std::chrono::minutes kPatience{1};

std::vector<std::string> Listening(const std::string& listen, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--listen", listen});
  return arguments;
}

}  // namespace

RunningProgram::RunningProgram(const std::string& name, const std::vector<std::string>& arguments)
    : log_(ScratchFile()),
      child_(std::make_unique<demo::ChildProcess>(name, ProgramDir() / name, arguments, log_)) {}

RunningProgram::~RunningProgram() {
  child_.reset();
  std::filesystem::remove(log_);
}

bool RunningProgram::Says(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool was_running = child_->IsRunning();
    if (output().find(text) != std::string::npos) return true;
    if (!was_running) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

std::optional<int> RunningProgram::End() {
  child_->AskToEnd();
  return Wait();
}

std::optional<int> RunningProgram::Wait() {
  child_->WaitOrKill(kPatience);
  return child_->exit_status();
}

RunningServer::RunningServer(const std::string& listen, std::vector<std::string> arguments)
    : RunningProgram("efferentd", Listening(listen, std::move(arguments))) {
  const std::string listening = "listening on ";
  EXPECT_TRUE(Says(listening)) << output();
  const std::string text = output();
  const std::size_t begin = text.find(listening);
  if (begin == std::string::npos) return;
  const std::size_t address = begin + listening.size();
  address_ = text.substr(address, text.find('\n', address) - address);
}

}  // namespace efferent::test

#include "tests/programs/terminal_program.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "tests/programs/programs.h"

namespace efferent::test {
namespace {

constexpr std::chrono::minutes kPatience{1};
constexpr std::chrono::milliseconds kLook{10};

}  // namespace

TerminalProgram::TerminalProgram(const std::string& name, const std::vector<std::string>& arguments,
                                 int columns, int rows,
                                 const std::map<std::string, std::string>& variables) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  if (openpty(&master_, &slave_, nullptr, nullptr, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "openpty");
  }
  fcntl(master_, F_SETFD, FD_CLOEXEC);
  // All that allocates comes before the fork: this process has threads.
  std::string program = ProgramDir() / name;
  std::vector<std::string> words{program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::map<std::string, std::string> all = {{"TERM", "xterm"}};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const std::string key = text.substr(0, text.find('='));
    if (key != "TERM" && key != "NO_COLOR") all[key] = text.substr(text.find('=') + 1);
  }
  for (const auto& [key, value] : variables) all[key] = value;
  std::vector<std::string> texts;
  for (const auto& [key, value] : all) texts.push_back(key + "=" + value);
  std::vector<char*> environment;
  for (std::string& text : texts) environment.push_back(text.data());
  environment.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    if (login_tty(slave_) == 0) execve(program.c_str(), argv.data(), environment.data());
    _exit(127);
  }
}

TerminalProgram::~TerminalProgram() {
  if (!HasEnded()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(master_);
  close(slave_);
}

void TerminalProgram::ReadFor(std::chrono::milliseconds timeout) {
  pollfd screen{master_, POLLIN, 0};
  if (poll(&screen, 1, static_cast<int>(timeout.count())) <= 0) return;
  std::array<char, 4096> bytes{};
  const ssize_t size = read(master_, bytes.data(), bytes.size());
  if (size > 0) output_.append(bytes.data(), static_cast<std::size_t>(size));
}

bool TerminalProgram::HasEnded() {
  int status = 0;
  if (!wait_status_ && waitpid(pid_, &status, WNOHANG) == pid_) wait_status_ = status;
  return wait_status_.has_value();
}

bool TerminalProgram::Shows(const std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool ended = HasEnded();
    const std::size_t before = output_.size();
    ReadFor(kLook);
    if (output_.find(text) != std::string::npos) return true;
    if (ended && output_.size() == before) return false;
  }
  return false;
}

void TerminalProgram::Type(char key) { [[maybe_unused]] const auto n = write(master_, &key, 1); }

void TerminalProgram::AskToEnd() { kill(pid_, SIGTERM); }

std::optional<int> TerminalProgram::Wait() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!HasEnded() && std::chrono::steady_clock::now() < deadline) ReadFor(kLook);
  if (!wait_status_) {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    wait_status_ = status;
  }
  for (std::size_t size = 0; size != output_.size();) {
    size = output_.size();
    ReadFor(std::chrono::milliseconds(0));
  }
  if (!WIFEXITED(*wait_status_)) return std::nullopt;
  return WEXITSTATUS(*wait_status_);
}

bool TerminalProgram::is_cooked() const {
  termios settings{};
  tcgetattr(slave_, &settings);
  return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0;
}

}  // namespace efferent::test

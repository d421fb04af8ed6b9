#include "clients/demo/child_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/process.hpp>
#include <boost/process/extend.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace efferent::demo {

namespace bp = boost::process;

struct ChildProcess::Impl {
  bp::child child;
};

ChildProcess::ChildProcess(std::string name, const std::filesystem::path& program,
                           const std::vector<std::string>& arguments,
                           const std::filesystem::path& log)
    : name_(std::move(name)), log_(log), impl_(std::make_unique<Impl>()) {
  const auto in_child = [](auto&) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
  };
  // Boost.Process writes over what is there, and an old log would be taken for the new one.
  std::filesystem::remove(log_);
  try {
    impl_->child = bp::child(program.string(), bp::args(arguments),
                             bp::std_in<bp::null, (bp::std_out & bp::std_err)> log_.string(),
                             bp::extend::on_exec_setup = in_child);
  } catch (const bp::process_error& e) {
    throw std::runtime_error("cannot start " + program.string() + ": " + e.code().message());
  }
}

ChildProcess::~ChildProcess() {
  if (!IsRunning()) return;
  kill(impl_->child.id(), SIGKILL);
  std::error_code ignored;
  impl_->child.wait(ignored);
}

bool ChildProcess::IsRunning() {
  std::error_code ignored;
  return impl_->child.running(ignored);
}

void ChildProcess::AskToEnd() {
  if (IsRunning()) kill(impl_->child.id(), SIGTERM);
}

void ChildProcess::WaitOrKill(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  while (IsRunning() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (!IsRunning()) return;
  kill(impl_->child.id(), SIGKILL);
  std::error_code ignored;
  impl_->child.wait(ignored);
}

std::optional<int> ChildProcess::exit_status() {
  if (IsRunning()) return std::nullopt;
  const int status = impl_->child.native_exit_code();
  if (!WIFEXITED(status)) return std::nullopt;
  return WEXITSTATUS(status);
}

std::string ChildProcess::DescribeEnd() {
  if (const auto status = exit_status()) return "exit status " + std::to_string(*status);
  return "signal " + std::to_string(WTERMSIG(impl_->child.native_exit_code()));
}

int ChildProcess::process_id() const { return impl_->child.id(); }

std::string ChildProcess::ReadLog() const {
  std::ifstream file(log_);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string ChildProcess::TailOfLog(int num_lines) const {
  const std::string text = ReadLog();
  std::size_t begin = text.size();
  for (int lines = 0; begin > 0; --begin) {
    if (text[begin - 1] == '\n' && begin < text.size() && ++lines == num_lines) break;
  }
  return text.substr(begin);
}

}  // namespace efferent::demo

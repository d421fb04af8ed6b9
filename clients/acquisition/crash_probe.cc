#include "clients/acquisition/crash_probe.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>

#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr rlim_t kMaxProcessorSeconds = 60;

[[noreturn]] void ReadInChild(const std::function<void()>& read) {
  // The C library and sanitizers report on standard error what the parent says better.
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  dup2(nowhere, STDERR_FILENO);
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGXCPU}) std::signal(signal, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const rlimit processor{kMaxProcessorSeconds, kMaxProcessorSeconds};
  setrlimit(RLIMIT_CPU, &processor);
  try {
    read();
  } catch (const std::exception&) {
  }
  _exit(0);
}

}  // namespace

void ProbeForCrash(const std::string& path, const std::function<void()>& read) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return;  // No process to spare: read without the probe.
  if (child == 0) ReadInChild(read);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw InputError(
      path + " is damaged: the HDF5 library " +
      (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU ? "does not come to an end" : "crashes") +
      " reading it; copy it again, or check it with h5dump");
}

}  // namespace efferent

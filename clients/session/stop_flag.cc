#include "clients/session/stop_flag.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <thread>

namespace efferent {

StopFlag::Callback::Callback(StopFlag& flag, std::function<void()> function) : flag_(flag) {
  const std::lock_guard lock(flag_.mutex_);
  if (flag_.requested_) {
    function();
    return;
  }
  id_ = flag_.next_id_++;
  flag_.callbacks_.emplace(id_, std::move(function));
}

StopFlag::Callback::~Callback() {
  const std::lock_guard lock(flag_.mutex_);
  flag_.callbacks_.erase(id_);
}

void StopFlag::Request() {
  const std::lock_guard lock(mutex_);
  if (requested_) return;
  requested_ = true;
  // Under the lock, so that a Callback's destructor waits for its call.
  for (const auto& [id, function] : callbacks_) function();
  changed_.notify_all();
}

bool StopFlag::requested() const {
  const std::lock_guard lock(mutex_);
  return requested_;
}

bool StopFlag::WaitFor(std::chrono::nanoseconds duration) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, duration, [this] { return requested_; });
}

namespace {

int g_signal_event = -1;
volatile sig_atomic_t g_signal_count = 0;
volatile sig_atomic_t g_first_signal = 0;

// Only what is async-signal-safe: the rest happens on the thread that waits for the event.
extern "C" void OnStopSignal(int signal_number) {
  g_signal_count = g_signal_count + 1;
  if (g_signal_count == 1) g_first_signal = signal_number;
  if (g_signal_count > 1) _exit(128 + signal_number);
  const int saved_errno = errno;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(g_signal_event, &one, sizeof one);
  errno = saved_errno;
}

void InstallHandlers(StopFlag* flag) {
  g_signal_event = eventfd(0, EFD_CLOEXEC);
  if (g_signal_event < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  // Waits for the life of the process; nothing it uses is ever destroyed.
  std::thread([flag] {
    std::uint64_t count = 0;
    while (read(g_signal_event, &count, sizeof count) < 0 && errno == EINTR) {
    }
    flag->Request();
  }).detach();

  struct sigaction action {};
  action.sa_handler = OnStopSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int signal_number : {SIGINT, SIGTERM}) sigaction(signal_number, &action, nullptr);
}

}  // namespace

StopFlag& ProcessStopFlag() {
  static StopFlag* const flag = [] {
    auto* created = new StopFlag;  // Never deleted: the waiting thread outlives main.
    InstallHandlers(created);
    return created;
  }();
  return *flag;
}

std::optional<int> StopSignal() {
  const int number = g_first_signal;
  return number == 0 ? std::nullopt : std::optional(number);
}

}  // namespace efferent

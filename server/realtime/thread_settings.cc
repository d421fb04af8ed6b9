#include "server/realtime/thread_settings.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <thread>

namespace efferent {
namespace {

/// Of the calling thread. Returns an error of the system, 0 for none. Threads that this one starts
/// do not inherit it.
int SetPriority(int priority) noexcept {
  sched_param parameter{};
  parameter.sched_priority = priority;
  return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameter) == 0 ? 0 : errno;
}

int SetProcessors(const cpu_set_t& processors) noexcept {
  return sched_setaffinity(0, sizeof processors, &processors) == 0 ? 0 : errno;
}

std::string Words(int error) { return std::generic_category().message(error); }

/// For example `0-3 8`.
std::string ListOf(const cpu_set_t& processors) {
  std::string text;
  for (int first = 0; first < CPU_SETSIZE; ++first) {
    if (!CPU_ISSET(first, &processors)) continue;
    int last = first;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &processors)) ++last;
    if (!text.empty()) text += ' ';
    text += first == last ? std::to_string(first) : fmt::format("{}-{}", first, last);
    first = last;
  }
  return text;
}

std::uint64_t NextId() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

ThreadSettings::ThreadSettings(int realtime_priority, const std::vector<int>& processors)
    : id_(NextId()) {
  CPU_ZERO(&processors_);
  std::thread([&] {
    cpu_set_t available;
    CPU_ZERO(&available);
    sched_getaffinity(0, sizeof available, &available);
    if (realtime_priority > 0) TryPriority(realtime_priority);
    if (!processors.empty()) TryProcessors(processors, available);
  }).join();
}

void ThreadSettings::TryPriority(int priority) {
  const int error = SetPriority(priority);
  if (error == 0) {
    priority_ = priority;
    return;
  }
  refusals_.push_back(fmt::format(
      "server.realtime_priority: the system refuses SCHED_FIFO {0} ({1}), threads keep their "
      "normal "
      "priority; allow it with `ulimit -r {2}`, LimitRTPRIO={2} in the systemd unit, or for a "
      "container --ulimit rtprio={2} (as root --cap-add SYS_NICE)",
      priority, Words(error), std::min(priority + 1, 99)));
}

void ThreadSettings::TryProcessors(const std::vector<int>& processors, const cpu_set_t& available) {
  cpu_set_t wanted, missing;
  CPU_ZERO(&wanted);
  CPU_ZERO(&missing);
  for (const int processor : processors) {
    CPU_SET(processor, CPU_ISSET(processor, &available) ? &wanted : &missing);
  }
  int error = EINVAL;
  if (CPU_COUNT(&wanted) > 0) {
    error = SetProcessors(wanted);
    if (error == 0) processors_ = wanted;
  }
  if (error == 0 && CPU_COUNT(&missing) == 0) return;
  refusals_.push_back(fmt::format(
      "server.processors: the system refuses {} ({}), threads that decode run on {}; choose among "
      "{}, or give the server more (taskset, AllowedCPUs= in the systemd unit, for a container "
      "--cpuset-cpus)",
      ListOf(error == 0 ? missing : (CPU_COUNT(&missing) > 0 ? missing : wanted)),
      Words(error == 0 ? EINVAL : error), error == 0 ? ListOf(wanted) : "any that they may",
      ListOf(available)));
}

void ThreadSettings::Apply() const noexcept {
  // What was granted once is not expected to fail, and there is nobody to tell.
  if (priority_ > 0) SetPriority(priority_);
  if (CPU_COUNT(&processors_) > 0) SetProcessors(processors_);
  settings_of_this_thread_ = id_;
}

void ThreadSettings::ApplyToClockThread() const noexcept {
  if (priority_ == 0) return;
  if (SetPriority(std::min(priority_ + 1, 99)) != 0) SetPriority(priority_);
}

std::string ThreadSettings::Describe() const {
  return fmt::format(
      "{}, {}", priority_ > 0 ? fmt::format("SCHED_FIFO {}", priority_) : "normal priority",
      CPU_COUNT(&processors_) > 0 ? "processors " + ListOf(processors_) : "any processor");
}

}  // namespace efferent

#include "server/process_usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "server/loop/monotonic_clock.h"

namespace efferent {
namespace {

const std::int64_t kStartedAtNs = MonotonicNowNs();

std::int64_t Ns(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
}

}  // namespace

ProcessUsage ReadProcessUsage() {
  ProcessUsage usage;
  rusage system_usage{};
  getrusage(RUSAGE_SELF, &system_usage);
  usage.processor_time_ns = Ns(system_usage.ru_utime) + Ns(system_usage.ru_stime);
  usage.up_time_ns = MonotonicNowNs() - kStartedAtNs;
  std::int64_t total_pages = 0, resident_pages = 0;
  if (std::ifstream("/proc/self/statm") >> total_pages >> resident_pages) {
    usage.resident_bytes = resident_pages * sysconf(_SC_PAGESIZE);
  }
  return usage;
}

}  // namespace efferent

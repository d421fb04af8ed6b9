#include "tests/bench/process_usage.h"

#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace efferent::bench {

std::int64_t ProcessorTimeNs(int pid) {
  clockid_t clock;
  timespec used{};
  const int error = clock_getcpuclockid(pid, &clock);
  if (error != 0 || clock_gettime(clock, &used) != 0) {
    throw std::system_error(error != 0 ? error : errno, std::generic_category(),
                            "processor time of " + std::to_string(pid));
  }
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

std::int64_t ResidentBytes(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, resident = 0;
  if (!(file >> total >> resident)) {
    throw std::runtime_error("cannot read the memory of " + std::to_string(pid));
  }
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace efferent::bench

#include "tests/bench/machine_note.h"

#include <spdlog/fmt/fmt.h>
#include <stdlib.h>

#include <thread>

namespace efferent::bench {
namespace {

double LoadAverage() {
  double minute = 0.0;
  getloadavg(&minute, 1);
  return minute;
}

}  // namespace

MachineNote::MachineNote() : load_at_start_(LoadAverage()) {}

std::string MachineNote::Describe() const {
  return fmt::format("{} processors; load average {:.1f} before, {:.1f} after\n",
                     std::thread::hardware_concurrency(), load_at_start_, LoadAverage());
}

}  // namespace efferent::bench

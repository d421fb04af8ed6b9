#include "tests/bench/pinning.h"

#include <sched.h>
#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <system_error>

namespace efferent::bench {

void AddCpuOption(CLI::App* command, std::vector<int>* cpus) {
  command->add_option("--cpu", *cpus, "Run on these processors only, children too")
      ->check(CLI::Range(0, CPU_SETSIZE - 1))
      ->delimiter(',')
      ->option_text("NUMBER,...");
}

void PinTo(const std::vector<int>& cpus) {
  if (cpus.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(static_cast<unsigned>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) {
    throw std::system_error(errno, std::generic_category(),
                            fmt::format("--cpu {}", fmt::join(cpus, ",")));
  }
}

}  // namespace efferent::bench

#include "tests/bench/steady_state_check.h"

#include <spdlog/fmt/fmt.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <stdexcept>

#include "clients/report/progress_bar.h"
#include "tests/bench/step_case.h"
#ifdef EFFERENT_COUNTS_ALLOCATIONS
#include "tests/realtime/allocation_guard.h"
#endif

namespace efferent::bench {
namespace {

// A page here or there belongs to the progress bar.
constexpr std::int64_t kTolerableGrowth = 64 << 10;
constexpr std::int64_t kBinsPerLeg = 1000;

std::int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  if (!(file >> total >> resident)) throw std::runtime_error("/proc/self/statm cannot be read");
  return resident * sysconf(_SC_PAGESIZE);
}

// Nothing where a sanitizer stands in for malloc.
std::optional<std::uint64_t> AllocationsOfLeg(TimedStep* step, std::int64_t num_bins) {
#ifdef EFFERENT_COUNTS_ALLOCATIONS
  const test::AllocationGuard guard;
#endif
  for (std::int64_t k = 0; k < num_bins; ++k) {
    step->Prepare();
    step->Step();
  }
#ifdef EFFERENT_COUNTS_ALLOCATIONS
  return guard.num_allocations();
#else
  return std::nullopt;
#endif
}

}  // namespace

void CheckSteadyState(std::int64_t num_bins, const kernels::Kernels& kernels, std::uint64_t seed) {
  const StepCase session = MakeWholeStepCase(kernels, seed);
  ProgressBar progress(num_bins);
  // What is loaded or mapped at its first use counts as being there before.
  progress.Show(0, "bins");
  AllocationsOfLeg(session.own.get(), kBinsPerLeg);
  ResidentBytes();
  const std::int64_t before = ResidentBytes();
  std::optional<std::uint64_t> allocations;
  for (std::int64_t done = 0; done < num_bins; done += kBinsPerLeg) {
    progress.Show(done, "bins");
    const auto leg = AllocationsOfLeg(session.own.get(), std::min(num_bins - done, kBinsPerLeg));
    if (leg) allocations = allocations.value_or(0) + *leg;
  }
  progress.Finish(num_bins, "bins");
  const std::int64_t growth = ResidentBytes() - before;
  fmt::print("{} bins: {} allocations, resident memory {} kB before, {:+} kB after\n", num_bins,
             allocations ? fmt::format("{}", *allocations) : "uncounted", before / 1024,
             growth / 1024);
  if (allocations.value_or(0) > 0) throw std::runtime_error("the step allocates");
  if (growth > kTolerableGrowth) throw std::runtime_error("the state grows");
}

}  // namespace efferent::bench

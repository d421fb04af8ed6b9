#include "clients/evaluation/parallel_jobs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

namespace efferent {
namespace {

TEST(ParallelJobs, EveryJobRunsOnceWhateverTheNumberOfThreads) {
  for (const int threads : {0, 1, 3, 100}) {
    std::vector<int> runs(37, 0);
    RunJobs(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
    EXPECT_EQ(runs, std::vector<int>(37, 1)) << threads;
  }
}

TEST(ParallelJobs, AFailureComesBackToTheCallerAfterAllHaveEnded) {
  std::atomic<int> under_way{0};
  try {
    RunJobs(8, 3, [&](std::size_t i) {
      ++under_way;
      if (i == 2) {
        --under_way;
        throw std::runtime_error("job 2");
      }
      --under_way;
    });
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "job 2");
  }
  EXPECT_EQ(under_way, 0);
}

TEST(ParallelJobs, WithoutJobsThereIsNothingToWaitFor) {
  RunJobs(0, 2, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace efferent

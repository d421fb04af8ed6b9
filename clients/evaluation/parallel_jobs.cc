#include "clients/evaluation/parallel_jobs.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace efferent {
namespace {

constexpr std::chrono::milliseconds kPollInterval{100};

}  // namespace

void RunJobs(std::size_t num_jobs, int num_threads, const std::function<void(std::size_t)>& job,
             const std::function<void()>& poll) {
  const std::size_t wanted = num_threads > 0 ? static_cast<std::size_t>(num_threads)
                                             : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::exception_ptr> failures(num_jobs);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::condition_variable worker_ended;
  std::size_t running = std::min(wanted, num_jobs);

  const auto work = [&] {
    for (std::size_t i = next++; i < num_jobs; i = next++) {
      try {
        job(i);
      } catch (...) {
        failures[i] = std::current_exception();
        next = num_jobs;  // What has not begun need not.
      }
    }
    const std::lock_guard lock(mutex);
    --running;
    worker_ended.notify_one();
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0, n = running; i < n; ++i) workers.emplace_back(work);
    std::unique_lock lock(mutex);
    while (running > 0) {
      worker_ended.wait_for(lock, kPollInterval, [&] { return running == 0; });
      if (!poll) continue;
      lock.unlock();
      poll();
      lock.lock();
    }
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

}  // namespace efferent

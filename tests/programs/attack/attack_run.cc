#include "tests/programs/attack/attack_run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

namespace efferent::test {

void AttackRun::Pause(std::chrono::milliseconds time) const {
  std::this_thread::sleep_until(std::min(end_, Clock::now() + time));
}

void AttackRun::Count(const std::string& answer, std::uint64_t times) {
  const std::lock_guard lock(mutex_);
  answers_[answer] += times;
}

void AttackRun::Fail(const std::string& what) {
  const std::lock_guard lock(mutex_);
  failures_.push_back(what);
}

void AttackRun::Repeat(int num_threads, const std::function<void(Random*)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < num_threads; ++i) {
    std::uint64_t number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = ++num_threads_;
    }
    threads.emplace_back([this, &work, number] {
      // Attackers have machines of their own; here they leave the rigs what these need.
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), 10);
      Random random(seed_ + 1'000 * number);
      do {
        work(&random);
      } while (!over());
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace efferent::test

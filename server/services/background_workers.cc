#include "server/services/background_workers.h"

#include <sys/resource.h>
#include <unistd.h>

#include <latch>

namespace efferent {
namespace {

// A tenth of a normal thread's share when both want to run: far behind, but a lock that one of them
// holds is let go soon.
constexpr int kNice = 10;

}  // namespace

BackgroundWorkers::BackgroundWorkers(std::size_t num_workers) : chunks_(num_workers) {
  // Each worker takes one of these, since none is done before all have begun. So does this thread: a
  // pool that is destroyed drops what has not begun, and the others would wait for it for ever.
  auto all = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(num_workers) + 1);
  for (std::size_t i = 0; i < num_workers; ++i) {
    Post([all] {
      setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
      all->arrive_and_wait();
    });
  }
  all->arrive_and_wait();
  PostArchive([] { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice); });
}

void BackgroundWorkers::Join() {
  chunks_.join();
  control_.join();
  archive_.join();
}

}  // namespace efferent

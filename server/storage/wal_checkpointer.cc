#include "server/storage/wal_checkpointer.h"

#include <chrono>

namespace efferent {
namespace {

constexpr std::chrono::seconds kInterval{1};
constexpr int kMaxPages = 32'768;  // 128 MiB

}  // namespace

WalCheckpointer::WalCheckpointer(const std::filesystem::path& file)
    : database_(file), thread_([this] { Run(); }) {}

WalCheckpointer::~WalCheckpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void WalCheckpointer::Run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kInterval, [this] { return stopping_; })) {
    lock.unlock();
    // Passive: waits for nobody, does what can be done. What goes wrong with the disk, the writer says.
    int num_pages = 0;
    sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &num_pages,
                              nullptr);
    // A disk so slow that there is always something new by then: the writer must wait for once.
    if (num_pages > kMaxPages) {
      sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr,
                                nullptr);
    }
    lock.lock();
  }
}

}  // namespace efferent

#include "server/storage/wal_checkpointer.h"

#include <chrono>

namespace efferent {
namespace {

constexpr std::chrono::seconds kInterval{1};

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
    sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr,
                              nullptr);
    lock.lock();
  }
}

}  // namespace efferent

#include "clients/demo/session_monitor.h"

#include "clients/session/monotonic_clock.h"

namespace efferent::demo {

SessionMonitor::SessionMonitor(const ServerConnection& connection, const std::string& session_id)
    : watch_(connection, session_id), thread_([this] { Run(); }) {}

SessionMonitor::~SessionMonitor() {
  watch_.Cancel();
  thread_.join();
}

void SessionMonitor::Run() {
  while (const auto news = watch_.Read()) {
    const std::int64_t now_ns = MonotonicNs();
    const std::lock_guard lock(mutex_);
    log_.Take(*news, now_ns);
  }
}

}  // namespace efferent::demo

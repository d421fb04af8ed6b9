#include "server/session/session_clock.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/loop/monotonic_clock.h"

namespace efferent {
namespace {

// A session whose silence begins after the timer was set is looked at no later than this.
constexpr std::int64_t kLongestSleepNs = 5'000'000;
// Deadlines closer together than this are met together.
constexpr std::int64_t kShortestSleepNs = 1'000'000;
constexpr std::int64_t kWakePeriodNs = 100'000'000;

}  // namespace

SessionClock::SessionClock(boost::asio::io_context* io, const SessionRegistry* sessions,
                           std::function<void(std::int64_t)> housekeeping)
    : timer_(*io), sessions_(sessions), housekeeping_(std::move(housekeeping)) {}

void SessionClock::Start() { Tick(); }

void SessionClock::Stop() { timer_.cancel(); }

void SessionClock::Tick() {
  const std::int64_t now_ns = MonotonicNowNs();
  const bool wake = now_ns - woken_at_ns_ >= kWakePeriodNs;
  if (wake) {
    woken_at_ns_ = now_ns;
    housekeeping_(now_ns);
  }
  std::int64_t look_again_at_ns = now_ns + kLongestSleepNs;
  for (const auto& session : sessions_->sessions()) {
    look_again_at_ns = std::min(look_again_at_ns, session->LookAtClock(now_ns));
    if (wake) session->watch_hub().Wake();
  }
  const std::int64_t sleep_ns = std::max(look_again_at_ns - now_ns, kShortestSleepNs);
  timer_.expires_after(std::chrono::nanoseconds(sleep_ns));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Tick();
  });
}

}  // namespace efferent

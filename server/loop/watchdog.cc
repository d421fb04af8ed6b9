#include "server/loop/watchdog.h"

#include <algorithm>
#include <cmath>

namespace efferent {
namespace {

constexpr std::int64_t kUnhurriedNs = 600'000'000'000;

}  // namespace

WatchdogParams WatchdogParams::Effective(TimeNs bin_width_ns, bool real_time) const {
  WatchdogParams effective = *this;
  if (hold_after_ns == 0) {
    effective.hold_after_ns = std::max<std::int64_t>(bin_width_ns * 3 / 2, 5'000'000);
  }
  if (stop_after_ns == 0) {
    effective.stop_after_ns = LongestHoldNs(bin_width_ns);
  }
  if (!real_time) {
    effective.hold_after_ns = std::max(effective.hold_after_ns, kUnhurriedNs);
    effective.stop_after_ns = std::max(effective.stop_after_ns, kUnhurriedNs + 1'000'000'000);
  }
  return effective;
}

SilenceVerdict JudgeSilence(const WatchdogParams& effective, std::int64_t silence_ns) {
  using Action = SilenceVerdict::Action;
  if (silence_ns >= effective.stop_after_ns) return {Action::kStop, 0.0, Watchdog::kNever};
  if (silence_ns < effective.hold_after_ns) {
    return {Action::kNone, 1.0, std::min(effective.hold_after_ns, effective.stop_after_ns)};
  }
  const double half_lives = static_cast<double>(silence_ns - effective.hold_after_ns) /
                            static_cast<double>(effective.hold_half_life_ns);
  return {Action::kHold, std::exp2(-half_lives),
          std::min(silence_ns + Watchdog::kHoldPeriodNs, effective.stop_after_ns)};
}

Watchdog::Outcome Watchdog::Look(std::int64_t now_ns) {
  const CommandMailbox::LastBin last = mailbox_->last_bin();
  if (last.number == 0 || last.status == CommandStatus::kStopped) return {};

  const SilenceVerdict verdict = JudgeSilence(params_, now_ns - last.published_at_ns);
  Outcome outcome;
  if (verdict.look_again_after_ns != kNever) {
    outcome.look_again_at_ns = last.published_at_ns + verdict.look_again_after_ns;
  }
  Command command = last.bin;
  switch (verdict.action) {
    case SilenceVerdict::Action::kNone:
      return outcome;
    case SilenceVerdict::Action::kHold: {
      const bool renews = last.status == CommandStatus::kHeld;
      if (renews && now_ns - last.latest_at_ns < kHoldPeriodNs) {
        outcome.look_again_at_ns =
            std::min(outcome.look_again_at_ns, last.latest_at_ns + kHoldPeriodNs);
        return outcome;
      }
      command.status = CommandStatus::kHeld;
      command.velocity_m_s *= verdict.hold_factor;
      if (mailbox_->Overtake(last.number, command, now_ns) && !renews) outcome.event = Event::kHeld;
      return outcome;
    }
    case SilenceVerdict::Action::kStop:
      command.status = CommandStatus::kStopped;
      command.velocity_m_s = TaskVector();
      if (mailbox_->Overtake(last.number, command, now_ns)) {
        outcome.event = Event::kStopped;
      } else {
        outcome.look_again_at_ns = now_ns;  // a bin came in between
      }
      return outcome;
  }
  return outcome;
}

}  // namespace efferent

#include "clients/demo/trial_log.h"

#include <algorithm>
#include <utility>

namespace efferent::demo {

void TrialLog::Take(const v1::WatchSessionResponse& news, std::int64_t now_ns) {
  for (const v1::TrialEvent& event : news.trial_events()) Take(event);
  if (news.has_command() && news.command().client_send_time_ns() > 0) {
    seen_after_.Record(now_ns - news.command().client_send_time_ns());
  }
  if (!news.has_arm_state()) return;
  const v1::ArmState& state = news.arm_state();
  session_time_ns_ = state.time_ns();
  if (!running_ || state.position_m_size() < 2) return;
  running_->path_m.push_back({state.position_m(0), state.position_m(1)});
  if (news.has_target() && news.target().position_m_size() >= 2) {
    running_->target_m = {news.target().position_m(0), news.target().position_m(1)};
    running_->target_radius_m = news.target().radius_m();
  }
}

void TrialLog::Take(const v1::TrialEvent& event) {
  if (event.kind() == v1::TRIAL_EVENT_KIND_START) {
    running_.emplace();
    running_->trial_index = event.trial_index();
    running_->condition = event.condition();
    start_ns_ = event.time_ns();
    return;
  }
  if (!running_ || running_->trial_index != event.trial_index()) return;
  running_->success = event.success();
  running_->time_s = 1e-9 * static_cast<double>(event.time_ns() - start_ns_);
  trials_.push_back(std::move(*running_));
  running_.reset();
}

int TrialLog::NumDone(const std::string& condition) const {
  return static_cast<int>(
      std::count_if(trials_.begin(), trials_.end(),
                    [&](const TrialRecord& trial) { return trial.condition == condition; }));
}

int TrialLog::NumReached(const std::string& condition) const {
  return static_cast<int>(std::count_if(
      trials_.begin(), trials_.end(),
      [&](const TrialRecord& trial) { return trial.condition == condition && trial.success; }));
}

}  // namespace efferent::demo

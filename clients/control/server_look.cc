#include "clients/control/server_look.h"

#include <algorithm>

namespace efferent::control {
namespace {

const v1::Session* FindSame(const v1::Session& session, const ServerLook& look) {
  const auto& sessions = look.answer.sessions();
  const auto found = std::find_if(sessions.begin(), sessions.end(), [&](const v1::Session& other) {
    return other.session_id() == session.session_id() &&
           other.create_time_unix_ns() == session.create_time_unix_ns();
  });
  return found != sessions.end() ? &*found : nullptr;
}

}  // namespace

SessionChange ChangeOf(const v1::Session& session, const ServerLook& now,
                       const std::optional<ServerLook>& before) {
  const v1::Session* earlier = before ? FindSame(session, *before) : nullptr;
  const double seconds =
      before ? std::chrono::duration<double>(now.time - before->time).count() : 0.0;
  if (earlier == nullptr || seconds <= 0.0) return {};
  const v1::SessionStatistics& statistics = session.statistics();
  const v1::SessionStatistics& was = earlier->statistics();
  const std::uint64_t bins = statistics.decoded_bin_count() - was.decoded_bin_count();
  return {static_cast<double>(bins) / seconds,
          statistics.missed_deadline_count() - was.missed_deadline_count()};
}

std::optional<double> ProcessorsInUse(const ServerLook& now,
                                      const std::optional<ServerLook>& before) {
  if (!before) return std::nullopt;
  const v1::ServerLoad& load = now.answer.load();
  const v1::ServerLoad& was = before->answer.load();
  const std::int64_t up_ns = load.up_time_ns() - was.up_time_ns();
  if (was.up_time_ns() <= 0 || up_ns <= 0) return std::nullopt;
  return static_cast<double>(load.processor_time_ns() - was.processor_time_ns()) /
         static_cast<double>(up_ns);
}

}  // namespace efferent::control

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "efferent/v1/session.pb.h"

namespace efferent::control {

/// What a server said at one time.
struct ServerLook {
  v1::ListSessionsResponse answer;
  std::chrono::steady_clock::time_point time;
};

/// How a session went from one look to the next.
struct SessionChange {
  std::optional<double> bins_per_s;    ///< Absent: there was no look before.
  std::uint64_t missed_deadlines = 0;  ///< In between.
};

/// `session` is of the look `now`. One that was ended and made anew under the same id is a new one.
SessionChange ChangeOf(const v1::Session& session, const ServerLook& now,
                       const std::optional<ServerLook>& before);

/// Processors that the server kept busy from one look to the next. Nothing if there was none before,
/// the server does not say, or it is another one since.
std::optional<double> ProcessorsInUse(const ServerLook& now,
                                      const std::optional<ServerLook>& before);

}  // namespace efferent::control

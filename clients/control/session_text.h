#pragma once

#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <cstdint>
#include <string>

#include "efferent/v1/session.pb.h"

/// Single facts about a session in the words that all views share; `-` is what is not known yet.
namespace efferent::control {

/// DECODED, HELD, STOPPED or FAULT.
std::string StatusText(v1::CommandStatus status);
std::string StatusText(const v1::SessionStatistics& statistics);

/// `on` or `frozen`.
std::string LearningText(const v1::Session& session);

/// Which streams are attached: `spikes`, `arm`, `spikes+arm`.
std::string AttachedText(const v1::Session& session);
/// The same, and for how long one has been missing: `arm, no source 3 min 2 s`, `none 2 h 5 min`.
std::string AttachedText(const v1::Session& session, std::int64_t now_unix_ns);

/// Name of the decoder that drives now.
std::string DriverText(const v1::Session& session);

/// Root of the mean squared error of decoded velocity, m/s. `Scored` has mean_squared_error_m2_s2.
template <class Scored>
std::string RmsErrorText(const Scored& scored) {
  if (!scored.has_mean_squared_error_m2_s2()) return "-";
  return fmt::format("{:.4f}", std::sqrt(scored.mean_squared_error_m2_s2()));
}

/// How long a stage took; null if the server does not say.
const v1::StageLatency* FindStage(const v1::SessionStatistics& statistics, v1::LatencyStage stage);

/// Nanoseconds as whole microseconds, or with a digit below 10.
std::string MicrosecondsText(std::int64_t ns);

/// The two largest units of a duration: `3 h 12 min`.
std::string DurationText(std::int64_t ns);

/// The server's processors and memory on one line, without its end: what the server says of them.
std::string LoadText(const v1::ServerLoad& load);

}  // namespace efferent::control

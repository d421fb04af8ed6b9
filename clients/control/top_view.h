#pragma once

#include <optional>
#include <string>

#include "clients/control/server_look.h"

namespace efferent::control {

/// What the sessions are ordered by; all but the id have the largest first.
enum class TopOrder { kId, kRate, kLatency, kMissed };

/// All that `efferent top` shows.
struct TopView {
  std::string address;
  std::optional<ServerLook> now;     ///< Absent: the server has not answered yet.
  std::optional<ServerLook> before;  ///< The look before that, for what is per second.
  std::string trouble;               ///< Why there is nothing newer than `now`; empty: there is.
  TopOrder order = TopOrder::kId;
};

/// Room on a terminal.
struct TextSize {
  int columns = 0;
  int rows = 0;
};

/// The view as lines, the last without its end. With a `size`: cut to it, the number of sessions that
/// have no room in the last line. `coloured`: by ANSI escape sequences.
std::string RenderTop(const TopView& view, std::optional<TextSize> size, bool coloured);

}  // namespace efferent::control

#pragma once

#include <optional>
#include <string>

#include "clients/control/server_look.h"

namespace efferent::control {

/// What the sessions are ordered by; all but the id have the largest first. Alarms: FAULT, STOPPED, HELD,
/// deadlines missed since the look before, and the others by their ids.
enum class TopOrder { kAlarms, kId, kRate, kLatency, kMissed };

/// All that `efferent top` shows.
struct TopView {
  std::string address;
  std::optional<ServerLook> now;     ///< Absent: the server has not answered yet.
  std::optional<ServerLook> before;  ///< The look before that, for what is per second.
  std::string trouble;               ///< Why there is nothing newer than `now`; empty: there is.
  TopOrder order = TopOrder::kAlarms;
  int first_row =
      0;  ///< Sessions that are scrolled out at the top; more than can be is as many as can.
};

/// Room on a terminal.
struct TextSize {
  int columns = 0;
  int rows = 0;
};

/// Sessions that fit into a terminal of `size` at a time; at least 1.
int NumRowsShown(const TopView& view, const TextSize& size);

/// The view as lines, the last without its end. With a `size`: cut to it; where not all sessions fit, the
/// last line says which are shown. `coloured`: by ANSI escape sequences. Text of the server is shown as
/// PrintableText shows it.
std::string RenderTop(const TopView& view, std::optional<TextSize> size, bool coloured);

}  // namespace efferent::control

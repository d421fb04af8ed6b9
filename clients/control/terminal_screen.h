#pragma once

#include <termios.h>

#include <chrono>
#include <optional>
#include <string>

#include "clients/control/top_view.h"

namespace efferent::control {

/// The whole terminal, borrowed: standard output shows the alternate screen without a cursor, keys
/// come from standard input one by one, unseen (if that is a terminal; Ctrl-Z is off, Ctrl-C stays a
/// signal). All is put back by the destructor. Not thread-safe; one at a time.
class TerminalScreen {
 public:
  TerminalScreen();
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  /// Room for lines, at present.
  TextSize size() const;
  /// Shows lines that fit, in place of what was there.
  void Draw(const std::string& lines);
  /// Waits for a key; nothing if none was pressed in time. Keys that send a sequence come as the letters
  /// that mean the same in `less`: the arrows up and down k and j, page up and down b and f, home and end
  /// g and G; others as 0.
  std::optional<char> WaitForKey(std::chrono::milliseconds timeout);

 private:
  std::optional<termios> former_;  // Absent: no keys.
};

}  // namespace efferent::control

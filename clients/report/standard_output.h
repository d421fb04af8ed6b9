#pragma once

#include <spdlog/fmt/fmt.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace efferent {

/// Standard output takes nothing more: its device is full, for example.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Prints lines to standard output as PrintableLines shows them, so that no text of a server or a file
/// reaches a terminal as a control sequence.
/// @throws OutputError with the system's reason if it cannot be written.
void PrintLines(std::string_view lines);

/// Formats, and prints as PrintLines does.
template <class... Args>
void Print(fmt::format_string<Args...> format, Args&&... args) {
  PrintLines(fmt::format(format, std::forward<Args>(args)...));
}

/// Hands over what is still in the buffer. Called at the end of the program, and where somebody waits
/// for the lines.
/// @throws OutputError as above.
void FlushOutput();

}  // namespace efferent

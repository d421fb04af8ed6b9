#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace efferent::test {

/// `efferentd` or `efferent` on a terminal of its own, as a person has it; killed with this object
/// if it still runs.
class TerminalProgram {
 public:
  /// `variables`: of its environment, beside those of this process and TERM=xterm.
  TerminalProgram(const std::string& name, const std::vector<std::string>& arguments, int columns,
                  int rows, const std::map<std::string, std::string>& variables = {});
  ~TerminalProgram();
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  /// Waits until it has shown `text`. False if it ends without having done so, or after a minute.
  bool Shows(const std::string& text);
  void Type(char key);
  /// SIGTERM.
  void AskToEnd();
  /// Waits for its end; returns the exit status, nothing if it had to be killed after a minute or
  /// another signal ended it.
  std::optional<int> Wait();

  /// Whether the terminal hands on whole lines and echoes them, as a shell finds it.
  bool is_cooked() const;
  /// All that was shown so far, escape sequences included.
  const std::string& output() const { return output_; }

 private:
  void ReadFor(std::chrono::milliseconds timeout);
  bool HasEnded();

  int master_ = -1;
  int slave_ = -1;  // Kept open: the terminal outlives the program.
  pid_t pid_ = -1;
  std::optional<int> wait_status_;
  std::string output_;
};

}  // namespace efferent::test

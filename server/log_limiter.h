#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace efferent {

/// Keeps floods out of the log. Lines that differ in numbers only are alike, but for the name of the session
/// that they begin with (`session NAME: `). Of lines that are alike, kMaxAlike are written in kWindow; of all
/// lines, kMaxLines. What was left out is counted, and said when the window is over. One thread.
class LogLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kWindow{10};
  static constexpr std::uint64_t kMaxAlike = 5;
  static constexpr std::uint64_t kMaxLines = 1'000;

  /// Whether the line is to be written.
  bool Admit(std::string_view text, Time now);

  /// A line for each kind of which some were left out in a window that is over by `now`.
  std::vector<std::string> TakeSummaries(Time now);

 private:
  struct Kind {
    Time since;
    std::uint64_t num_lines = 0;
    std::uint64_t num_left_out = 0;
    std::string last;  // of those that were left out
  };

  std::unordered_map<std::string, Kind>
      kinds_;  // by the line without its numbers; at most kMaxLines
  Kind all_;
};

}  // namespace efferent

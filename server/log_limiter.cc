#include "server/log_limiter.h"

#include <spdlog/fmt/fmt.h>

namespace efferent {
namespace {

constexpr std::string_view kSession = "session ";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// The line with `#` in the place of each number.
std::string WithoutNumbers(std::string_view text) {
  std::size_t begin = 0;
  if (text.starts_with(kSession)) begin = std::min(text.find(':'), text.size());
  std::string kind(text.substr(0, begin));
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (!IsDigit(text[i])) {
      kind += text[i];
    } else if (i == begin || !IsDigit(text[i - 1])) {
      kind += '#';
    }
  }
  return kind;
}

}  // namespace

bool LogLimiter::Admit(std::string_view text, Time now) {
  const auto count = [&](Kind* kind, std::uint64_t limit) {
    if (kind->num_lines == 0) kind->since = now;
    if (++kind->num_lines <= limit) return true;
    ++kind->num_left_out;
    return false;
  };
  const std::string name = WithoutNumbers(text);
  const auto known = kinds_.find(name);
  if (known != kinds_.end() && known->second.num_lines >= kMaxAlike) {
    known->second.last = text;
    return count(&known->second, kMaxAlike);
  }
  // Lines that are left out for their likeness are none of these.
  if (!count(&all_, kMaxLines)) return false;
  return count(&kinds_[name], kMaxAlike);
}

std::vector<std::string> LogLimiter::TakeSummaries(Time now) {
  std::vector<std::string> lines;
  std::erase_if(kinds_, [&](const auto& entry) {
    const Kind& kind = entry.second;
    if (now - kind.since < kWindow) return false;
    if (kind.num_left_out > 0) {
      lines.push_back(
          fmt::format("{} more lines like this were left out: {}", kind.num_left_out, kind.last));
    }
    return true;
  });
  if (all_.num_lines > 0 && now - all_.since >= kWindow) {
    if (all_.num_left_out > 0) {
      lines.push_back(
          fmt::format("{} more lines of all kinds were left out: there were more than {} in {} s",
                      all_.num_left_out, kMaxLines, kWindow.count()));
    }
    all_ = {};
  }
  return lines;
}

}  // namespace efferent

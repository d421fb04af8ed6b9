#include "server/open_files.h"

#include <spdlog/fmt/fmt.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>

namespace efferent {
namespace {

rlimit OpenFileLimit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit;
}

}  // namespace

std::string RaiseOpenFileLimit() {
  rlimit limit = OpenFileLimit();
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (before == limit.rlim_max || setrlimit(RLIMIT_NOFILE, &limit) != 0) return "";
  return fmt::format("limit of open files raised from {} to {}", before, limit.rlim_cur);
}

int ConnectionsThatFit(int wanted) {
  const rlim_t limit = OpenFileLimit().rlim_cur;
  if (limit < kReservedFiles + kLeastConnections) {
    throw std::runtime_error(
        fmt::format("the limit of open files is {}, must be at least {}: {} for the server itself "
                    "and {} for connections; "
                    "raise it (`ulimit -n`, LimitNOFILE= in a systemd unit)",
                    limit, kReservedFiles + kLeastConnections, kReservedFiles, kLeastConnections));
  }
  return static_cast<int>(std::min<rlim_t>(static_cast<rlim_t>(wanted), limit - kReservedFiles));
}

}  // namespace efferent

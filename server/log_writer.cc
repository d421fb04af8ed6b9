#include "server/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <limits>
#include <string>

#include "server/loop/monotonic_clock.h"

namespace efferent {
namespace {

/// Whether it waits too long is looked at so often.
constexpr int kLookEveryMs = 50;

/// Pipes and terminals are opened once more: whether a descriptor blocks is shared with all who have it, the
/// user's shell for one. -1: that is not possible, or not needed.
int OpenWithoutBlocking(int descriptor, mode_t mode) {
  if (!S_ISFIFO(mode) && !S_ISCHR(mode)) return -1;
  const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
  return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

LogWriter::LogWriter(int descriptor)
    : given_(descriptor),
      descriptor_(descriptor),
      deadline_ns_(std::numeric_limits<std::int64_t>::max()) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return;
  is_socket_ = S_ISSOCK(status.st_mode);
  const int own = OpenWithoutBlocking(descriptor, status.st_mode);
  if (own >= 0) descriptor_ = own;
}

LogWriter::~LogWriter() {
  if (descriptor_ != given_) ::close(descriptor_);
}

bool LogWriter::Write(std::string_view text) {
  while (!text.empty()) {
    if (!WaitForReader()) return false;
    // A pipe that can be written takes so much at once, also where it could not be opened anew.
    const std::size_t size = std::min<std::size_t>(text.size(), PIPE_BUF);
    const ssize_t written =
        is_socket_ ? ::send(descriptor_, text.data(), size, MSG_DONTWAIT | MSG_NOSIGNAL)
                   : ::write(descriptor_, text.data(), size);
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EAGAIN && errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool LogWriter::WaitForReader() const {
  for (;;) {
    const bool is_late = MonotonicNowNs() > deadline_ns_;
    pollfd ready{descriptor_, POLLOUT, 0};
    // A reader that has gone makes it ready too, with an error.
    if (::poll(&ready, 1, is_late ? 0 : kLookEveryMs) > 0) return true;
    if (is_late) return false;
  }
}

void LogWriter::LimitWaiting(std::chrono::milliseconds limit) {
  deadline_ns_ = MonotonicNowNs() + std::chrono::nanoseconds(limit).count();
}

}  // namespace efferent

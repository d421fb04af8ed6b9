#include "server/realtime/memory_lock.h"

#include <linux/capability.h>
#include <malloc.h>
#include <spdlog/fmt/fmt.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace efferent {

namespace {

bool HasCapability(int capability) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  return syscall(SYS_capget, &header, data) == 0 &&
         (data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability)) != 0;
}

std::string Refused(const std::string& why) {
  return fmt::format(
      "server.lock_memory: the system refuses to lock memory ({}), pages may be swapped out; allow "
      "it with `ulimit -l unlimited`, LimitMEMLOCK=infinity in the systemd unit, or for a "
      "container "
      "--ulimit memlock=-1",
      why);
}

}  // namespace

std::optional<std::string> LockMemory() {
  // With a limit that is just large enough for now, a later allocation would fail instead.
  rlimit limit{};
  getrlimit(RLIMIT_MEMLOCK, &limit);
  if (limit.rlim_cur != RLIM_INFINITY && !HasCapability(CAP_IPC_LOCK)) {
    return Refused(fmt::format("the limit is {} kB", limit.rlim_cur / 1'024));
  }
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) {
    return Refused(std::generic_category().message(errno));
  }
  mallopt(M_TRIM_THRESHOLD, -1);  // the heap never shrinks
  mallopt(M_MMAP_MAX, 0);         // large blocks come from the heap too
  mallopt(M_TOP_PAD, 4 << 20);    // it grows in steps, whose pages are there at once
  return std::nullopt;
}

}  // namespace efferent

#include "server/machine_memory.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

namespace efferent {
namespace {

/// Lowers `bytes` to the number in `file`, if there is one (there may be `max`).
void LowerTo(const std::filesystem::path& file, double* bytes) {
  double limit = 0.0;
  if (std::ifstream(file) >> limit && limit > 0.0) *bytes = std::min(*bytes, limit);
}

/// The control group of this process as /proc/self/cgroup has it, `/` if it is not known. The second version's
/// line is `0::PATH`, the first one's `N:memory:PATH`.
std::string ControlGroup(const std::string& controller) {
  std::ifstream lines("/proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const std::size_t path = line.find(":" + controller + ":");
    if (path != std::string::npos) return line.substr(path + controller.size() + 2);
  }
  return "/";
}

void LowerToGroup(const std::filesystem::path& root, std::filesystem::path group, const char* file,
                  double* bytes) {
  // A group's limit holds for those in it; in a container the path may be one that only the host has.
  for (;; group = group.parent_path()) {
    LowerTo(root / group.relative_path() / file, bytes);
    if (!group.has_relative_path()) return;
  }
}

}  // namespace

double MachineMemoryBytes() {
  double bytes =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  LowerToGroup("/sys/fs/cgroup", ControlGroup(""), "memory.max", &bytes);
  LowerToGroup("/sys/fs/cgroup/memory", ControlGroup("memory"), "memory.limit_in_bytes", &bytes);
  return bytes;
}

}  // namespace efferent

#include "tests/service/process_view.h"

#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace efferent::test {

ProcessView LookAtProcess(int process_id) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::path("/proc") / (process_id == 0 ? "self" : std::to_string(process_id));
  const auto num_entries = [&](const char* name) {
    const fs::directory_iterator entries(folder / name);
    return static_cast<int>(std::distance(fs::begin(entries), fs::end(entries)));
  };
  std::int64_t total_pages = 0, resident_pages = 0;
  if (!(std::ifstream(folder / "statm") >> total_pages >> resident_pages)) {
    throw std::runtime_error("cannot read the memory of process " + folder.string());
  }
  return {num_entries("task"), num_entries("fd"), resident_pages * sysconf(_SC_PAGESIZE)};
}

std::int64_t AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

}  // namespace efferent::test

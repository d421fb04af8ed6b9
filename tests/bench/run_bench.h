#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "clients/demo/child_process.h"
#include "tests/bench/bench_server.h"

namespace efferent::bench {

/// Runs this build's efferent-bench and returns its exit status; -1 if it has none within `patience`.
inline int RunBench(const std::vector<std::string>& arguments, const ScratchFolder& folder,
                    std::chrono::milliseconds patience = std::chrono::minutes(1)) {
  demo::ChildProcess bench("efferent-bench", EFFERENT_BENCH, arguments, folder.path() / "log");
  bench.WaitOrKill(patience);
  EXPECT_TRUE(bench.exit_status()) << bench.ReadLog();
  return bench.exit_status().value_or(-1);
}

}  // namespace efferent::bench

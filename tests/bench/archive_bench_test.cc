#include <gtest/gtest.h>

#include <map>
#include <string>

#include "clients/report/result_row.h"
#include "tests/bench/run_bench.h"

namespace efferent::bench {
namespace {

TEST(ArchiveBench, WritesWhatRecordingsTakeAndHowFastTheyAreExported) {
  const ScratchFolder folder;
  const std::string json = folder.path() / "rows.json";
  ASSERT_EQ(
      RunBench({"archive", "--minutes", "0.2", "--channels", "8", "--repeats", "2", "--json", json},
               folder),
      0);
  std::map<std::string, double> figures;
  for (const ResultRow& row : ReadResultRows(json)) {
    EXPECT_EQ(row.protocol, "bench-archive");
    figures[row.metric] = row.value;
  }
  EXPECT_GT(figures["record_bytes_per_bin"], 20.0);
  EXPECT_LT(figures["record_bytes_per_bin"], 5'000.0);
  EXPECT_GT(figures["day_gigabytes"], 0.0);
  // Position, velocity, target and command of 600 bins are in the file, and as much in its copies.
  EXPECT_GT(figures["export_numbers_megabytes"], 1e-6 * 600 * 8 * 8);
  for (const char* metric : {"export_s", "hdf5_packed_s", "hdf5_plain_s", "export_ratio"}) {
    EXPECT_GT(figures[metric], 0.0) << metric;
  }
}

TEST(ArchiveBench, RefusesBadOptions) {
  const ScratchFolder folder;
  EXPECT_EQ(RunBench({"archive", "--minutes", "0"}, folder), 2);
  EXPECT_EQ(RunBench({"archive", "--channels", "none"}, folder), 2);
}

}  // namespace
}  // namespace efferent::bench

#include "clients/demo/demo_report.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace efferent::demo {
namespace {

std::vector<ResultRow> ArmRows(double learned, double relearned, double dead) {
  std::vector<ResultRow> rows;
  const auto add = [&](const std::string& condition, double success) {
    rows.push_back({"", condition, "", "success_rate", success, 50});
    rows.push_back({"", condition, "", "time_to_target_s", 0.8123, 50});
    rows.push_back({"", condition, "", "path_efficiency", 0.95, 50});
    rows.push_back({"", condition, "", "throughput_bits_per_s", 1.75, 50});
  };
  add("learning", 1.0);
  add("learned", learned);
  add("relearned", relearned);
  add("dead_neurons", dead);
  rows.push_back({"", "all", "", "roundtrip_p50_us", 412.4, 9000});
  rows.push_back({"", "all", "", "roundtrip_p99_us", 1890.0, 9000});
  return rows;
}

const std::vector<ResultRow> kSubjectRows = {{"snn", "all", "", "echo_p50_us", 350.0, 900},
                                             {"snn", "all", "", "echo_p99_us", 1500.0, 900},
                                             {"snn", "all", "", "bins_per_s", 100.0, 9000}};

TEST(DemoReport, HasTheScoredConditionsAndTheRoundTripBesideTheEcho) {
  const auto rows = JoinRows(ArmRows(1, 1, 0), kSubjectRows, "snn", "realtime");
  ASSERT_EQ(rows.size(), 16u);
  for (const ResultRow& row : rows) {
    EXPECT_EQ(row.decoder, "snn");
    EXPECT_EQ(row.protocol, "realtime");
    EXPECT_NE(row.condition, "learning");
  }
  const std::string table = DemoTable(rows);
  for (const char* text : {"learned", "relearned", "dead_neurons", "100.0 %", "0.0 %", "0.812",
                           "1.75", "412", "1890", "350", "1500"}) {
    EXPECT_NE(table.find(text), std::string::npos) << text << "\n" << table;
  }
}

TEST(DemoReport, NamesTheFigureThatIsMissing) {
  try {
    JoinRows(ArmRows(1, 1, 0), {}, "snn", "realtime");
    FAIL();
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "no echo_p50_us of all was reported");
  }
}

TEST(DemoReport, GoalsAreMetAtTheirBounds) {
  const auto shortfalls = [](double learned, double relearned, double dead) {
    return Shortfalls(JoinRows(ArmRows(learned, relearned, dead), kSubjectRows, "snn", ""));
  };
  EXPECT_EQ(shortfalls(0.98, 0.95, 0.049), "");
  EXPECT_EQ(shortfalls(0.97, 1.0, 0.0), "learned: success rate 97.0 %, must be at least 98 %\n");
  EXPECT_EQ(shortfalls(1.0, 0.94, 0.0), "relearned: success rate 94.0 %, must be at least 95 %\n");
  EXPECT_EQ(shortfalls(1.0, 1.0, 0.05), "dead_neurons: success rate 5.0 %, must be below 5 %\n");
}

}  // namespace
}  // namespace efferent::demo

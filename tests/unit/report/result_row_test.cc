#include "clients/report/result_row.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <stdexcept>

namespace efferent {
namespace {

std::string PathOfRows() {
  return testing::TempDir() + "result_rows" + std::to_string(getpid()) + ".json";
}

TEST(ResultRow, ReadsBackWithIntervalAndSeed) {
  WriteResultRows(PathOfRows(), {{"snn", "loss 60 %", "frozen-trials", "time_to_target_s", 0.84,
                                  2000, 0.82, 0.86, std::uint64_t{18446744073709551615u}}});
  const auto rows = ReadResultRows(PathOfRows());
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].condition, "loss 60 %");
  EXPECT_EQ(rows[0].n, 2000);
  EXPECT_EQ(rows[0].ci_low, 0.82);
  EXPECT_EQ(rows[0].ci_high, 0.86);
  EXPECT_EQ(rows[0].seed, 18446744073709551615u);
}

TEST(ResultRow, WhatIsNotKnownIsNullAndNotLeftOut) {
  WriteResultRows(PathOfRows(), {{"kalman", "all", "as-recorded", "angle_mean_deg", 24.0, 10}});
  std::ifstream file(PathOfRows());
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const char* field : {"\"ci_low\": null", "\"ci_high\": null", "\"seed\": null"}) {
    EXPECT_NE(text.find(field), std::string::npos) << field << " in\n" << text;
  }
  EXPECT_EQ(ReadResultRows(PathOfRows())[0].ci_low, std::nullopt);
}

TEST(ResultRow, AnIntervalThatIsNotFiniteIsRefused) {
  EXPECT_THROW(
      WriteResultRows(PathOfRows(), {{"snn", "all", "", "success_rate", 1.0, 1, 0.9, NAN}}),
      std::invalid_argument);
}

}  // namespace
}  // namespace efferent

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "clients/report/result_row.h"
#include "tests/bench/block_percentiles.h"

namespace efferent::bench {

/// Collects the result rows of one condition.
class RowMaker {
 public:
  RowMaker(std::string condition, std::string protocol, std::optional<std::uint64_t> seed)
      : condition_(std::move(condition)), protocol_(std::move(protocol)), seed_(seed) {}

  void Add(const std::string& decoder, const std::string& metric, double value, std::int64_t n,
           const std::optional<MedianEstimate>& ci = std::nullopt) {
    ResultRow row{decoder, condition_, protocol_, metric, value, n};
    if (ci) {
      row.ci_low = ci->ci_low;
      row.ci_high = ci->ci_high;
    }
    row.seed = seed_;
    rows_.push_back(std::move(row));
  }
  void AddPercentiles(const std::string& decoder, const BlockPercentiles& times_us) {
    Add(decoder, "p50_us", times_us.p50, times_us.n, times_us.of_medians);
    Add(decoder, "p90_us", times_us.p90, times_us.n);
    Add(decoder, "p99_us", times_us.p99, times_us.n);
    Add(decoder, "max_us", times_us.max, times_us.n);
  }
  std::vector<ResultRow> Take() { return std::move(rows_); }

 private:
  std::string condition_, protocol_;
  std::optional<std::uint64_t> seed_;
  std::vector<ResultRow> rows_;
};

}  // namespace efferent::bench

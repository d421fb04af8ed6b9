#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/report/result_row.h"

namespace efferent {

/// Something about how a recording was read that a person should know: what was taken, guessed,
/// dropped or masked.
struct Finding {
  std::string metric;  ///< Stable name; docs/results.md lists them.
  double value = 0.0;  ///< How many or how much.
  std::int64_t n = 0;  ///< Of how many.
  std::string text;    ///< One line for a person; says how to choose otherwise.
};

using Findings = std::vector<Finding>;

/// A line each, indented.
std::string DescribeFindings(const Findings& findings);

/// The findings as rows of a report: decoder `recording`, protocol `as-read`, the text as note.
std::vector<ResultRow> FindingRows(const Findings& findings);

/// What became of the labels of a run, and how often it was rolled back.
struct LearningCounts {
  std::int64_t num_labels = 0;    ///< Those rejected too.
  std::int64_t num_rejected = 0;  ///< Not finite, or too fast to be meant.
  std::int64_t num_rollbacks = 0;
};
/// What a person should know of that: more than 1 % of the labels rejected, any roll-back. `run`: whose.
Findings LearningFindings(const std::string& run, const LearningCounts& counts);

/// What the guard on the input found in a run; the same for every decoder.
struct InputCounts {
  std::int64_t num_bins = 0;
  std::int64_t num_implausible_bins = 0;
  std::int64_t num_masked_channels = 0;  ///< At any time.
};
/// What a person should know of it: anything that there was.
Findings InputFindings(const InputCounts& counts);

}  // namespace efferent

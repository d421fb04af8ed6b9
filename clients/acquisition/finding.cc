#include "clients/acquisition/finding.h"

#include <spdlog/fmt/fmt.h>

namespace efferent {
namespace {

// Share of rejected labels that is no accident any more.
constexpr double kManyRejected = 0.01;

}  // namespace

std::string DescribeFindings(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += "  " + finding.text + "\n";
  return text;
}

std::vector<ResultRow> FindingRows(const Findings& findings) {
  std::vector<ResultRow> rows;
  for (const Finding& finding : findings) {
    ResultRow& row = rows.emplace_back();
    row = {"recording", "all", "as-read", finding.metric, finding.value, finding.n};
    row.note = finding.text;
  }
  return rows;
}

Findings LearningFindings(const std::string& run, const LearningCounts& counts) {
  Findings findings;
  const auto rejected = static_cast<double>(counts.num_rejected);
  if (rejected > kManyRejected * static_cast<double>(counts.num_labels)) {
    findings.push_back({"labels_rejected", rejected, counts.num_labels,
                        fmt::format("{}: {} of {} labels rejected: too fast (--scale, or "
                                    "learning.guard.max_label_speed_m_s)",
                                    run, counts.num_rejected, counts.num_labels)});
  }
  if (counts.num_rollbacks > 0) {
    findings.push_back({"rollbacks", static_cast<double>(counts.num_rollbacks), 1,
                        fmt::format("{}: rolled back {} times, by the guard on learning or for "
                                    "results that were not finite; learnt nothing more",
                                    run, counts.num_rollbacks)});
  }
  return findings;
}

Findings InputFindings(const InputCounts& counts) {
  Findings findings;
  if (counts.num_implausible_bins > 0) {
    findings.push_back(
        {"implausible_bins", static_cast<double>(counts.num_implausible_bins), counts.num_bins,
         fmt::format("input: {} of {} bins are not those of neurons (silent, saturated or alike): "
                     "held or stopped, not learnt from (input_guard)",
                     counts.num_implausible_bins, counts.num_bins)});
  }
  if (counts.num_masked_channels > 0) {
    findings.push_back(
        {"masked_channels", static_cast<double>(counts.num_masked_channels), counts.num_bins,
         fmt::format("input: {} channels were masked for a time: fell silent or went wild "
                     "(input_guard)",
                     counts.num_masked_channels)});
  }
  return findings;
}

}  // namespace efferent

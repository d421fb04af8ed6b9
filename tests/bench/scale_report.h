#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/report/result_row.h"
#include "tests/bench/scale_trial.h"

namespace efferent::bench {

/// How many sessions were held, and the trial with so many; none if not even one was.
struct HeldSessions {
  ScaleTrial trial;
  std::optional<ScaleOutcome> outcome;
  /// Of the smallest number that was not held; empty: the limit was reached.
  std::string why_not_more;
  std::string refusal;  ///< What the server said, if it refused one.
};

/// A trial whose cost is compared with that of others.
struct ScaleCost {
  ScaleTrial trial;
  ScaleOutcome outcome;
};

std::string HeldTable(const std::vector<HeldSessions>& held);
std::string CostTable(const std::vector<ScaleCost>& costs);
/// All figures as rows, protocol `bench-scale`.
std::vector<ResultRow> ScaleRows(const std::vector<HeldSessions>& held,
                                 const std::vector<ScaleCost>& costs);

}  // namespace efferent::bench

#pragma once

#include <string>
#include <vector>

#include "clients/evaluation/closed_loop/scores.h"
#include "clients/evaluation/closed_loop/study.h"
#include "clients/report/html_page.h"

namespace efferent::closed_loop {

/// A page for people: how it was done, a table for each condition with published figures beside it,
/// learning curves, sample trajectories, and the dead-neuron control. `version`: the program's.
HtmlPage MakePage(const std::vector<ConditionOutcome>& outcomes, const StudyParams& params,
                  const std::string& version);

}  // namespace efferent::closed_loop

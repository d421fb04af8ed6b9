#pragma once

#include <vector>

#include "clients/demo/demo_options.h"
#include "clients/demo/trial_log.h"
#include "clients/report/plot_script.h"

namespace efferent::demo {

/// gnuplot script: time to target of every trial, in order, with the phases marked.
PlotScript TrialsPlot(const std::vector<TrialRecord>& trials, const std::vector<DemoPhase>& phases);

/// gnuplot script: the paths of every trial, one panel a phase.
PlotScript PathsPlot(const std::vector<TrialRecord>& trials, const std::vector<DemoPhase>& phases);

}  // namespace efferent::demo

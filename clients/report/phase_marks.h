#pragma once

#include <string>
#include <vector>

#include "clients/report/plot_script.h"

namespace efferent {

/// A stretch of the x axis with a name.
struct PlotPhase {
  double start = 0.0;
  double stop = 0.0;
  std::string name;
};

/// Rows of names above a panel that PhaseMarks may use.
inline constexpr int kMaxNameRows = 4;

/// The row (from 0) above a panel in which each phase's name stands, at the start of its phase: high
/// enough that the names and marks of later phases do not run through it. `phases`: in order;
/// `panel_px`: width of the panel, which shows from the first start to the last stop.
std::vector<int> NameRows(const std::vector<PlotPhase>& phases, double panel_px);

/// Adds commands that mark phases in the next plot: a line at the start of each, its name above
/// the panel, every other one shaded. `row_share`: height of a row of names as a share of the
/// panel's. Names that would need a row of kMaxNameRows or higher are left out; more than 30 phases
/// are interleaved and marking each says nothing: then there is none.
void AddPhaseMarks(const std::vector<PlotPhase>& phases, double panel_px, double row_share,
                   PlotScript* script);

}  // namespace efferent

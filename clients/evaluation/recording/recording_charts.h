#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/evaluation/recording/recording_evaluation.h"
#include "clients/report/chart.h"

namespace efferent {

/// A decoder's track as the charts draw it.
struct DrawnTrack {
  std::string name;
  PlotLiteral color = "#000000";
  const PointTrack* decoded_m_s = nullptr;
};

/// Tracks of one protocol (first seeds), the decoder of the day first; every decoder keeps its colour
/// from chart to chart.
std::vector<DrawnTrack> TracksOf(const RecordingEvaluation& evaluation,
                                 const std::string& protocol);
/// Tracks of the control, in the same colours.
std::vector<DrawnTrack> SilentTracksOf(const RecordingEvaluation& evaluation);

/// Median error of each trial over the scored part, as a running median for each track, with
/// the conditions marked; a band from quartile to quartile if there are three tracks or fewer.
Chart SessionChart(const RecordingEvaluation& evaluation, const std::vector<DrawnTrack>& tracks,
                   const std::string& title);

/// The first trials of each condition, one chart each: running mean error against trials since the
/// condition began. Conditions with fewer than eight trials are left out, and all of them if trial
/// types are interleaved.
std::vector<Chart> LearningCharts(const RecordingEvaluation& evaluation,
                                  const std::vector<DrawnTrack>& tracks);

/// Share of scored bins with an error below x, for each track, over the whole scored part.
Chart DistributionChart(const RecordingEvaluation& evaluation,
                        const std::vector<DrawnTrack>& tracks);

/// A few seconds of a trial sequence: decoded against intended (kTarget: direction to the target at
/// the speed of the labels) or measured velocity, an axis a chart.
struct TraceStretch {
  std::string condition;
  std::int64_t first_bin = 0;
  std::int64_t stop_bin = 0;
};
/// The stretch in the middle of the condition with the most trials.
std::optional<TraceStretch> ChooseStretch(const RecordingEvaluation& evaluation);
std::vector<Chart> TraceCharts(const RecordingEvaluation& evaluation,
                               const std::vector<DrawnTrack>& tracks, const TraceStretch& stretch,
                               double intended_speed_m_s);

/// With kTarget: direction of the decoded velocity against direction to the target, a chart for each
/// track; a sample of the scored bins.
std::vector<Chart> DirectionCharts(const RecordingEvaluation& evaluation,
                                   const std::vector<DrawnTrack>& tracks);

}  // namespace efferent

#pragma once

#include <string>
#include <vector>

#include "clients/acquisition/recording.h"
#include "clients/acquisition/recording_player.h"
#include "clients/report/result_row.h"

namespace efferent {

/// What a played recording has come to.
struct StreamReport {
  std::string decoder;   ///< That the session used: `snn`, `kalman`.
  std::string protocol;  ///< `prequential-trials`, `prequential-bins`, `frozen`.
  const Recording* recording = nullptr;
  const PlayResult* play = nullptr;
  PointTrack
      measured_velocity_m_s;  ///< What recordings without a target are scored by; may be empty.
  double intended_speed_m_s = 0.0;  ///< Of the session's labels, far from the target.
  LearningCounts learning;
};

/// Rows for `--json`: angle errors of each condition, for the session's decoder and (decoder
/// `recorded`, protocol `as-recorded`) for the decoder of the day where the file has its velocity;
/// R2 for each axis where there is a measured velocity but no target; rejected labels, roll-backs, speed
/// and round trips for condition `all`; findings about the recording. What has no sample has no row.
std::vector<ResultRow> MakeResultRows(const StreamReport& report);

/// The same for people: the table of errors, and what was measured on the way.
std::string DescribeReport(const StreamReport& report);

}  // namespace efferent

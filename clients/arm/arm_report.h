#pragma once

#include <string>
#include <vector>

#include "clients/arm/arm_client.h"
#include "clients/report/result_row.h"

namespace efferent {

/// Scores of each phase and round trips, as rows: condition is the phase, or `all`; protocol
/// `frozen-trials` or `learning-trials`, for `all` `lockstep` or `realtime`.
std::vector<ResultRow> ArmRows(const ArmClient& client, bool lockstep);

/// The same as a table for a person, with 95 % intervals.
std::string ArmTable(const ArmClient& client);

/// CSV, a line for each trial: phase,trial,target_x_m,target_y_m,success,time_s,path_efficiency.
std::string TrialsCsv(const ArmClient& client);

/// CSV, a line for each 10 ms of each trial: phase,trial,t_s,x_m,y_m,target_x_m,target_y_m.
std::string TrajectoryCsv(const ArmClient& client);

}  // namespace efferent

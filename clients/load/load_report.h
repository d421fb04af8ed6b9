#pragma once

#include <string>
#include <vector>

#include "clients/load/load_options.h"
#include "clients/load/load_run.h"
#include "clients/report/result_row.h"

namespace efferent::load {

/// What is sent, as result rows have it: `96@20ms`.
std::string LoadCondition(const LoadOptions& options);

/// One line while it runs.
std::string DescribeProgress(const LoadOptions& options, int num_sessions, double elapsed_s,
                             const LoadCounts& counts);
/// What it came to, for a person.
std::string DescribeResult(const LoadOptions& options, const LoadResult& result);
/// The same as rows, protocol `load`.
std::vector<ResultRow> MakeRows(const LoadOptions& options, const LoadResult& result);

}  // namespace efferent::load

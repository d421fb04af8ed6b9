#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clients/demo/demo_options.h"
#include "clients/report/result_row.h"

namespace efferent::demo {

/// The rows of the demo from those of its clients: scores of the scored phases and round trips from
/// the arm, echoes from the subject. `decoder` and `protocol` go into every row.
/// @throws std::runtime_error naming the figure that is missing.
std::vector<ResultRow> JoinRows(const std::vector<ResultRow>& arm,
                                const std::vector<ResultRow>& subject, const std::string& decoder,
                                const std::string& protocol);

/// The same as a table for a person.
std::string DemoTable(const std::vector<ResultRow>& rows);

/// What falls short of the goals (success rates: learned >= 98 %, relearned >= 95 %, dead neurons <
/// 5 %), one line each; empty: all are met.
std::string Shortfalls(const std::vector<ResultRow>& rows);

}  // namespace efferent::demo

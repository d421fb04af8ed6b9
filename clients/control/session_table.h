#pragma once

#include <cstdint>
#include <string>

#include "efferent/v1/session.pb.h"

namespace efferent::control {

/// `efferent session list`: a session a row, then the server's load. `now_unix_ns`: wall clock, for
/// mean rates since a session's creation. `address`: of the server, for the case that it holds none.
std::string DescribeSessions(const v1::ListSessionsResponse& answer, const std::string& address,
                             std::int64_t now_unix_ns);

}  // namespace efferent::control

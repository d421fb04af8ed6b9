#pragma once

#include <string>

#include "efferent/v1/config.pb.h"

namespace efferent {

/// Reads settings of a session from a file: `.yaml` or `.yml`, or `.json`; the keys are those of
/// efferent.v1.SessionConfig. Bounds are the server's affair.
/// @throws InputError naming the file and the key: unknown, given twice, of a wrong type; or if the
/// file cannot be read.
v1::SessionConfig ReadSessionConfig(const std::string& path);

}  // namespace efferent

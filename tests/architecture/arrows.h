#pragma once

#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace efferent {

/// Holds a tree to its architecture (ARCHITECTURE.md, "Rooms"): who may know whom, and how it is
/// said.
///
///   proto, decoder -> server;  proto -> clients;  decoder -> clients/evaluation;  anything ->
///   tests
///
///  - proto/ imports itself and google/protobuf/;
///  - decoder/ includes itself, Eigen and that part of the standard library that starts no thread,
///  reads no clock and
///    opens no file;
///  - server/loop/ reaches neither gRPC nor Protobuf, not through other headers either, so that
///  ThreadSanitizer can
///    judge it;
///  - nobody but tests includes tests;
///  - an own header is included in quotes by its full path from the root, and exists;
///  - no folder is named common, core, util or utils; deploy/ holds no code.
///
/// Returns one line a violation, "file:line: what is forbidden"; empty if all is well.
std::vector<std::string> FindViolations(const SourceTree& tree);

}  // namespace efferent

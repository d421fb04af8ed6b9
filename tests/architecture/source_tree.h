#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace efferent {

/// One `#include` (or one `import` of a .proto file), as written.
struct IncludeDirective {
  std::string file;     ///< Who includes, relative to the root, '/' between folders.
  int line = 0;         ///< Where, counted from 1.
  std::string path;     ///< What is included, without its quotes or brackets.
  bool quoted = false;  ///< "path" rather than <path>.
};

/// What a test of the architecture needs to know of the project's own sources.
struct SourceTree {
  std::set<std::string> files;             ///< All files of the rooms, relative to the root.
  std::set<std::string> folders;           ///< All folders of the rooms, relative to the root.
  std::vector<IncludeDirective> includes;  ///< In the order of files, then of lines.
};

/// Reads the rooms below `root`: proto/, decoder/, server/, clients/, tests/ and deploy/, those
/// that exist. Directives in comments do not count; conditional ones do, whatever their condition.
/// @throws std::runtime_error if `root` holds none of them (a wrong path must not pass as a clean
/// tree).
SourceTree ReadSourceTree(const std::filesystem::path& root);

}  // namespace efferent

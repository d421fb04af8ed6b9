#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace efferent::test {

/// What `.dockerignore` lets an image builder see: files and folders, relative to the root. The file must be a list of
/// exceptions: `*`, then a `!PATH` without wildcards a line.
/// @throws std::runtime_error naming a line that is anything else.
std::vector<std::filesystem::path> BuildContextPaths(const std::string& dockerignore);

/// Copies the project's build context, and nothing else, into an empty folder.
/// @throws std::runtime_error naming a path of `.dockerignore` that the project does not have.
void CopyBuildContext(const std::filesystem::path& folder);

}  // namespace efferent::test

#include "tests/deploy/build_context.h"

#include <sstream>
#include <stdexcept>

#include "tests/programs/programs.h"

namespace efferent::test {

std::vector<std::filesystem::path> BuildContextPaths(const std::string& dockerignore) {
  std::vector<std::filesystem::path> paths;
  bool ignores_all = false;
  std::string line;
  for (std::istringstream stream(dockerignore); std::getline(stream, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line == "*" && !ignores_all) {
      ignores_all = true;
    } else if (ignores_all && line.size() > 1 && line.front() == '!' &&
               line.find_first_of("*?[\\ ") == std::string::npos) {
      paths.emplace_back(line.substr(1));
    } else {
      throw std::runtime_error(".dockerignore: must be `*`, then `!PATH` a line, but has `" + line +
                               "`");
    }
  }
  return paths;
}

void CopyBuildContext(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  for (const fs::path& path : BuildContextPaths(ReadFile(SourceDir() / ".dockerignore"))) {
    if (!fs::exists(SourceDir() / path)) {
      throw std::runtime_error(".dockerignore names `" + path.string() + "`, which is not there");
    }
    fs::create_directories((folder / path).parent_path());
    fs::copy(SourceDir() / path, folder / path, fs::copy_options::recursive);
  }
}

}  // namespace efferent::test

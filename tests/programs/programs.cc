#include "tests/programs/programs.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "clients/demo/child_process.h"
#include "tests/service/process_view.h"

namespace efferent::test {

std::filesystem::path SourceDir() { return EFFERENT_SOURCE_DIR; }

std::filesystem::path ProgramDir() {
  const char* sanitized = std::getenv("EFFERENT_SANITIZED_PROGRAMS");
  return sanitized ? sanitized : EFFERENT_PROGRAM_DIR;
}

bool ProgramsAreSanitized() { return ProgramDir() != EFFERENT_PROGRAM_DIR || kIsSanitized; }

std::string ScratchFile() {
  std::string path = testing::TempDir() + "efferent_XXXXXX";
  close(mkstemp(path.data()));
  return path;
}

Outcome RunProgram(const std::filesystem::path& program,
                   const std::vector<std::string>& arguments) {
  const std::string log = ScratchFile();
  demo::ChildProcess child(program.filename(), program, arguments, log);
  child.WaitOrKill(std::chrono::minutes(1));
  const Outcome outcome{child.exit_status().value_or(-1), child.ReadLog()};
  std::filesystem::remove(log);
  return outcome;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace efferent::test

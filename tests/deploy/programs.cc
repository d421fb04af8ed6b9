#include "tests/deploy/programs.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <stdexcept>

#include "clients/demo/child_process.h"

namespace efferent::test {

std::filesystem::path SourceDir() { return EFFERENT_SOURCE_DIR; }
std::filesystem::path ProgramDir() { return EFFERENT_PROGRAM_DIR; }

Outcome RunProgram(const std::filesystem::path& program,
                   const std::vector<std::string>& arguments) {
  std::string log = testing::TempDir() + "efferent_run_XXXXXX";
  close(mkstemp(log.data()));
  demo::ChildProcess child(program.filename(), program, arguments, log);
  child.WaitOrKill(std::chrono::minutes(1));
  const Outcome outcome{child.exit_status().value_or(-1), child.ReadLog()};
  std::filesystem::remove(log);
  return outcome;
}

std::vector<std::string> UnknownOptions(const std::vector<std::string>& command) {
  std::vector<std::string> ask = {"--help"};
  if (command.at(0) == "efferent") ask.insert(ask.begin(), command.at(1));
  const std::string help = RunProgram(ProgramDir() / command.at(0), ask).output;

  static const std::regex kOption("--[a-z][a-z0-9-]*");
  const std::set<std::string> known(std::sregex_token_iterator(help.begin(), help.end(), kOption),
                                    std::sregex_token_iterator());
  std::vector<std::string> unknown;
  for (const std::string& argument : command) {
    if (argument.starts_with("--") && !known.contains(argument)) unknown.push_back(argument);
  }
  return unknown;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path);
  if (!stream) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace efferent::test

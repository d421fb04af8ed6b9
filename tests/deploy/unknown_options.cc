#include "tests/deploy/unknown_options.h"

#include <regex>
#include <set>

#include "tests/programs/programs.h"

namespace efferent::test {

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

}  // namespace efferent::test

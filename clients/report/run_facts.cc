#include "clients/report/run_facts.h"

#include <algorithm>
#include <cctype>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace efferent {
namespace {

bool IsPlain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-+=./,:@%").find(c) != std::string_view::npos;
}

std::string Quoted(const std::string& argument) {
  if (!argument.empty() && std::all_of(argument.begin(), argument.end(), IsPlain)) return argument;
  std::string quoted(1, '\'');
  for (const char c : argument) {
    if (c == '\'') quoted.append("'\\'");
    quoted.push_back(c);
  }
  quoted.push_back('\'');
  return quoted;
}

std::vector<std::string> ArgumentsOfThisProcess() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> arguments;
  for (std::string argument; std::getline(file, argument, '\0');) arguments.push_back(argument);
  // Where the program lies is the machine's business.
  if (!arguments.empty()) {
    arguments.front() = std::filesystem::path(arguments.front()).filename().string();
  }
  return arguments;
}

std::string UtcNow() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &utc);
  return text;
}

}  // namespace

std::string ShellLine(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line.push_back(' ');
    line.append(Quoted(argument));
  }
  return line;
}

std::vector<std::pair<std::string, std::string>> RunFacts(const std::string& version) {
  return {{"made", UtcNow()},
          {"program", "efferent " + version},
          {"command", ShellLine(ArgumentsOfThisProcess())}};
}

}  // namespace efferent

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace efferent::test {

/// The project's root.
std::filesystem::path SourceDir();
/// Where `efferentd` and `efferent` were built.
std::filesystem::path ProgramDir();

/// How a program ended, and what it wrote to either stream.
struct Outcome {
  int exit_status = -1;  ///< -1: it did not end by itself within a minute.
  std::string output;
};

/// Runs a program to its end.
Outcome RunProgram(const std::filesystem::path& program, const std::vector<std::string>& arguments);

/// Which options (`--name`) of a command line the program's own --help does not know.
/// `command` begins with `efferentd`, or with `efferent` and a subcommand.
std::vector<std::string> UnknownOptions(const std::vector<std::string>& command);

/// A whole file. @throws std::runtime_error naming it if it cannot be read.
std::string ReadFile(const std::filesystem::path& path);

}  // namespace efferent::test

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace efferent::test {

/// The project's root.
std::filesystem::path SourceDir();
/// Where `efferentd` and `efferent` were built.
std::filesystem::path ProgramDir();

/// A new, empty file of the test's own, to be removed by whoever asked.
std::string ScratchFile();

/// How a program ended, and what it wrote to either stream.
struct Outcome {
  int exit_status = -1;  ///< -1: it did not end by itself within a minute.
  std::string output;
};

/// Runs a program to its end.
Outcome RunProgram(const std::filesystem::path& program, const std::vector<std::string>& arguments);

/// A whole file. @throws std::runtime_error naming it if it cannot be read.
std::string ReadFile(const std::filesystem::path& path);

}  // namespace efferent::test

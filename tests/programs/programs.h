#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace efferent::test {

/// The project's root.
std::filesystem::path SourceDir();
/// Where the `efferentd` and `efferent` under test are: where they were built, or in
/// $EFFERENT_SANITIZED_PROGRAMS.
std::filesystem::path ProgramDir();
/// Whether those are built with sanitizers, so that their memory says nothing and their time little.
bool ProgramsAreSanitized();

/// A new, empty file of the test's own, to be removed by whoever asked.
std::string ScratchFile();

/// Exit status of a client that SIGTERM ended: 128 + SIGTERM, as a shell has it.
inline constexpr int kEndedBySigterm = 128 + 15;

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

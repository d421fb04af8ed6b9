#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// What a fuzz target defines. It is built twice: with mutation_runner.cc into a test that every
/// build runs, and (tools/fuzz) with libFuzzer, which looks for new paths through the code.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace efferent::test {

/// Inputs to begin from.
std::vector<std::string> FuzzSeeds();

/// A promise that no input may break; a fuzzer learns of it by the crash.
inline void Promise(bool kept, const char* what, const std::string& detail = "") {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n%s\n", what, detail.c_str());
  std::abort();
}

}  // namespace efferent::test

// Configuration files: read, or refused with the file's name in every line.
#include <string>
#include <vector>

#include "server/config/config_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {

std::vector<std::string> FuzzSeeds() {
  return {PrintConfig(Config{}),
          "server:\n  listen: unix:/tmp/socket\n  max_sessions: 3\n  log_level: warning\n",
          "session_defaults:\n  num_channels: 96\n  decoder:\n    kalman: {m1: [1, 0, 0, 1], "
          "half_life_s: 1e2}\n  limits: {workspace_min_m: [-.inf, -0.1]}\n",
          "session_defaults: {learning: {enabled: true, effect: trial_end}}\n",
          "a: &a [1, 2]\nb: [*a, *a]\n--- |\n text\n"};
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const Config config = ParseConfig(text, "f.yaml");
    const std::string printed = PrintConfig(config);
    test::Promise(PrintConfig(ParseConfig(printed, "printed")) == printed,
                  "what is printed reads back the same");
  } catch (const ConfigError& error) {
    test::Promise(std::string(error.what()).rfind("f.yaml", 0) == 0, "an error names its file",
                  error.what());
  }
  return 0;
}

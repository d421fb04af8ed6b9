// Files that clients read: session settings in YAML and JSON, populations. Read, or refused with an
// error that names the file.
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "clients/session/errors.h"
#include "clients/session/session_config_file.h"
#include "clients/subject/population_file.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {
namespace {

void PromiseThatItNames(const std::exception& error, const std::string& path) {
  const std::string text = error.what();
  Promise(text.find(path) != std::string::npos, "an error names its file", text);
}

void ReadSettingsFrom(const std::string& text, const char* extension) {
  static const std::string stem =
      std::filesystem::temp_directory_path() / ("efferent_fuzz_" + std::to_string(getpid()));
  const std::string path = stem + extension;
  std::ofstream(path, std::ios::binary) << text;
  try {
    ReadSessionConfig(path);
  } catch (const InputError& error) {
    PromiseThatItNames(error, path);
  }
  unlink(path.c_str());
}

void ReadPopulationFrom(const std::string& text) {
  std::istringstream in(text);
  try {
    for (const auto& neuron : subject::ReadPopulation(in, "p.csv")) {
      Promise(std::abs(neuron.preferred_direction.norm() - 1.0) < 1e-9, "a direction has length 1");
      Promise(neuron.min_rate_hz >= 0.0 && neuron.max_rate_hz > neuron.min_rate_hz &&
                  neuron.max_rate_hz <= 1000.0,
              "rates are in order and possible");
    }
  } catch (const std::runtime_error& error) {
    PromiseThatItNames(error, "p.csv");
  }
}

}  // namespace

// The first character says which file it is.
std::vector<std::string> FuzzSeeds() {
  return {"ysubject_code: S01\ndecoder: {snn: {num_neurons: 12, readout: SNN_READOUT_RLS}}\n",
          "ylimits:\n  workspace_min_m: [-0.1, -0.2]\nlearning: &l {response: 0.5}\nfeatures: *l\n",
          "j{\"numChannels\": 96, \"decoder\": {\"kalman\": {\"m1\": [1, 0, 0, 1]}}}",
          "p1,0,2.5,60\n0,1,0,100\n-0.6, 0.8, 1e0, 40.0\n"};
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent::test;
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'y') ReadSettingsFrom(text, ".yaml");
  if (data[0] == 'j') ReadSettingsFrom(text, ".json");
  if (data[0] == 'p') ReadPopulationFrom(text);
  return 0;
}

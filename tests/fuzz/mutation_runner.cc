// Runs a fuzz target on its seeds and on so many mutations of them, the same ones each time.
//   NAME [NUM_MUTATIONS]          runs
//   NAME --write-seeds DIRECTORY  writes the seeds, for libFuzzer to begin from
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace {

/// Changes a few places: bits, bytes, pieces left out, doubled, or taken from another input.
std::string Mutate(std::string input, const std::vector<std::string>& seeds, std::mt19937_64* rng) {
  const auto below = [rng](std::size_t n) { return n == 0 ? 0 : (*rng)() % n; };
  static constexpr char kTelling[] = {0, 1, -1, 0x7f, -128, '-', '9', '.', ':', '\n', '[', '{'};
  for (std::size_t changes = 1 + below(6); changes > 0; --changes) {
    const std::size_t at = below(input.size());
    const std::size_t length = 1 + below(16);
    switch (below(6)) {
      case 0:
        if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      case 1:
        if (!input.empty()) input[at] = kTelling[below(sizeof(kTelling))];
        break;
      case 2:
        if (!input.empty()) input.erase(at, length);
        break;
      case 3:
        input.insert(at, input.substr(at, length));
        break;
      case 4:
        input.insert(at, 1, static_cast<char>((*rng)()));
        break;
      default: {
        const std::string& other = seeds[below(seeds.size())];
        const std::size_t from = below(other.size());
        input.insert(at, other.substr(from, length * 4));
      }
    }
  }
  return input;
}

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

int WriteSeeds(const std::string& directory) {
  int number = 0;
  for (const std::string& seed : efferent::test::FuzzSeeds()) {
    std::ofstream file(directory + "/seed-" + std::to_string(number++), std::ios::binary);
    file << seed;
    if (!file) return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--write-seeds") == 0) return WriteSeeds(argv[2]);
  const long num_mutations = argc > 1 ? std::atol(argv[1]) : 10'000;
  const std::vector<std::string> seeds = efferent::test::FuzzSeeds();
  for (const std::string& seed : seeds) Run(seed);
  std::mt19937_64 rng(20261124);
  for (long i = 0; i < num_mutations; ++i) {
    Run(Mutate(seeds[rng() % seeds.size()], seeds, &rng));
  }
  std::printf("%zu seeds and %ld mutations\n", seeds.size(), num_mutations);
}

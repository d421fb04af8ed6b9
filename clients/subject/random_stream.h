#pragma once

#include <cstdint>
#include <random>

namespace efferent::subject {

/// What a stream of random numbers is for. Each use has its own, so that one seed on the command
/// line settles all of them, and drawing more for one use changes nothing for the others.
enum class RandomUse : std::uint32_t {
  kPopulation = 1,
  kRateNoise = 2,
  kSpikes = 3,
  kPerturbation = 4,
  kPosture = 5,
  kShift = 6,
};

/// Generator for one use.
inline std::mt19937_64 MakeRandomStream(std::uint64_t seed, RandomUse use) {
  std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                         static_cast<std::uint32_t>(use)};
  return std::mt19937_64(sequence);
}

}  // namespace efferent::subject

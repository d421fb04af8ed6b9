#pragma once

#include <google/protobuf/message.h>

#include <random>
#include <string>
#include <vector>

namespace efferent::test {

using Random = std::mt19937_64;

/// A number in [0, n).
inline std::size_t Below(std::size_t n, Random* random) { return n == 0 ? 0 : (*random)() % n; }

/// Gives `count` fields anywhere in a message values that nobody expects: not finite, far out of bounds, not
/// UTF-8, escape sequences, unknown choices, thousands of elements, parts that are missing.
void Spoil(google::protobuf::Message* message, int count, Random* random);

/// A few bytes changed, left out, doubled or put in.
std::string Mutate(std::string bytes, Random* random);

/// Bytes of any value.
std::string Noise(std::size_t size, Random* random);

}  // namespace efferent::test

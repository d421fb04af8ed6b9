#include "tests/bench/largest_held.h"

#include <algorithm>

namespace efferent::bench {

int LargestHeld(int first, int max, int attempts, const std::function<bool(int)>& holds) {
  const auto holds_at_last = [&](int n) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
      if (holds(n)) return true;
    }
    return false;
  };
  int held = 0, too_many = max + 1;
  for (int n = std::min(first, max); n < too_many;) {
    if (holds_at_last(n)) {
      held = n;
      n = std::min(2 * n, std::max(max, n + 1));
    } else {
      too_many = n;
    }
  }
  while (too_many - held > std::max(1, held / 10)) {
    const int middle = held + (too_many - held) / 2;
    (holds_at_last(middle) ? held : too_many) = middle;
  }
  return held;
}

}  // namespace efferent::bench

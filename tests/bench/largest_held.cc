#include "tests/bench/largest_held.h"

#include <algorithm>

namespace efferent::bench {

int LargestHeld(int first, int max, const std::function<bool(int)>& holds) {
  const auto holds_in_two = [&holds](int n) { return holds(n) || holds(n); };
  int held = 0, too_many = max + 1;
  for (int n = std::min(first, max); n < too_many;) {
    if (holds_in_two(n)) {
      held = n;
      n = std::min(2 * n, std::max(max, n + 1));
    } else {
      too_many = n;
    }
  }
  while (too_many - held > std::max(1, held / 10)) {
    const int middle = held + (too_many - held) / 2;
    (holds_in_two(middle) ? held : too_many) = middle;
  }
  return held;
}

}  // namespace efferent::bench

#pragma once

#include <functional>

namespace efferent::bench {

/// The largest number from 1 to `max` that holds; 0: not even 1 does. Doubles from `first` on until one
/// does not hold, then bisects until the two ends are a tenth apart. Whatever is above a number
/// that did not hold is taken not to hold either. A machine that stumbles must not decide: a number
/// does not hold only if it did not in any of so many `attempts`.
int LargestHeld(int first, int max, int attempts, const std::function<bool(int)>& holds);

}  // namespace efferent::bench

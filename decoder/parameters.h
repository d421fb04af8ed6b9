#pragma once

#include <cstdint>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// Declared parameters: each `...Params` struct names its fields once, in a function template
///
///   template <class Visitor> void VisitFields(SpikeBinnerParams& p, Visitor&& visit) {
///     visit("bin_width_ns", p.bin_width_ns, Bounds{1e5, 1e9}, "ns");
///   }
///
/// and defaults, bounds, units, validation, the mapping from configuration messages and the printed
/// reference all come from there. Nested structs are visited with `visit(name, nested)`.
namespace efferent {

/// Closed interval of permitted values.
struct Bounds {
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  /// Where 0 means something of its own (none, the default): the smallest value beside it. 0: no such bound.
  double least = 0.0;

  /// False for NaN.
  bool Contains(double value) const {
    return value >= min && value <= max && (least == 0.0 || value == 0.0 || value >= least);
  }
  /// Smallest value of the interval.
  double lowest() const { return least == 0.0 ? min : least; }
};

/// Every seed: all of std::uint64_t.
inline constexpr Bounds kAnySeed{0, 1.8446744073709552e19};

/// A parameter that is out of contract.
struct Violation {
  std::string field;        ///< Path, for example `decoder.snn.tau_m_s`.
  std::string description;  ///< Value, bound and unit.
};

/// Thrown by constructors; `what()` lists every violation.
class InvalidParameters : public std::invalid_argument {
 public:
  explicit InvalidParameters(std::vector<Violation> violations)
      : std::invalid_argument(Describe(violations)), violations_(std::move(violations)) {}
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  static std::string Describe(const std::vector<Violation>& violations) {
    std::string text;
    for (const Violation& v : violations) {
      if (!text.empty()) text += "; ";
      text += v.field + ": " + v.description;
    }
    return text;
  }
  std::vector<Violation> violations_;
};

namespace internal {

/// Collects violations of declared bounds, recursing into nested structs.
class BoundsChecker {
 public:
  BoundsChecker(std::string prefix, std::vector<Violation>* out)
      : prefix_(std::move(prefix)), out_(out) {}

  template <class T>
  void operator()(std::string_view name, T& value, Bounds bounds, std::string_view unit) {
    static_assert(std::is_arithmetic_v<T>);
    const double number = static_cast<double>(value);
    if (bounds.Contains(number)) return;
    std::ostringstream text;
    text << "is " << number << ", must be " << (bounds.least == 0.0 ? "" : "0 or ") << "in ["
         << bounds.lowest() << ", " << bounds.max << "]";
    if (!unit.empty()) text << " " << unit;
    out_->push_back({prefix_ + std::string(name), text.str()});
  }
  /// Booleans and enumerations have no bounds.
  template <class T>
  void operator()(std::string_view name, T& value) {
    if constexpr (std::is_class_v<T>) {
      std::string prefix = prefix_;
      prefix += name;
      prefix += '.';
      VisitFields(value, BoundsChecker(std::move(prefix), out_));
    } else {
      static_assert(std::is_same_v<T, bool> || std::is_enum_v<T>);
    }
  }

 private:
  std::string prefix_;
  std::vector<Violation>* out_;
};

}  // namespace internal

/// Every violation of a declared bound in `params`, paths beginning with `prefix`.
template <class Params>
std::vector<Violation> CheckBounds(const Params& params, const std::string& prefix = "") {
  std::vector<Violation> violations;
  Params copy = params;  // VisitFields is written for mutable structs: it also serves readers of
                         // configuration.
  VisitFields(copy, internal::BoundsChecker(prefix, &violations));
  return violations;
}

/// `params` itself, for use in initialisers.
/// @throws InvalidParameters unless every field of `params` is within its declared bounds.
template <class Params>
const Params& RequireWithinBounds(const Params& params, const std::string& prefix = "") {
  std::vector<Violation> violations = CheckBounds(params, prefix);
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return params;
}

}  // namespace efferent

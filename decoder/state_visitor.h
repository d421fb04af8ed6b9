#pragma once

#include <Eigen/Core>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "decoder/kernels/padded.h"

namespace efferent {

/// A saved state that does not fit: says which field, what it is and what it must be.
class StateMismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class StateVisitor;

/// Whatever remembers something, and names it field by field.
template <class T>
concept HasState = requires(T& part, StateVisitor& visitor) {
  part.VisitState(visitor);
};

/// Goes through all that a decoder remembers: weights, the evidence behind them, activity; not what
/// its parameters settle, and no scratch. Each class lists its fields once, in VisitState, for whoever
/// saves them, loads them or compares them (state_bytes.h). Not for the real-time path.
///
/// Loading overwrites field by field; shapes must be those of the object that is loaded into. What is
/// used as an index is checked by its owner, with Require.
class StateVisitor {
 public:
  StateVisitor() {
    prefix_.reserve(kUsualPath);
    lengths_.reserve(kUsualDepth);
  }
  virtual ~StateVisitor() = default;

  template <std::integral T>
  void operator()(std::string_view name, T& x) {
    auto value = static_cast<std::int64_t>(x);
    OnField(name, {Type::kInt64, 1, 1, 1, &value});
    x = static_cast<T>(value);
    Require(static_cast<std::int64_t>(x) == value, name, "be in the range of its type");
  }
  template <class T>
  requires std::is_enum_v<T>
  void operator()(std::string_view name, T& x, T last) {
    auto value = static_cast<int>(x);
    (*this)(name, value);
    Require(value >= 0 && value <= static_cast<int>(last), name, "be one of the values there are");
    x = static_cast<T>(value);
  }
  void operator()(std::string_view name, double& x) {
    OnField(name, {Type::kFloat64, 1, 1, 1, &x});
  }

  template <class Derived>
  void operator()(std::string_view name, Eigen::PlainObjectBase<Derived>& x) {
    OnField(name, {TypeOf<typename Derived::Scalar>(), x.rows(), x.cols(), x.rows(), x.data()});
  }
  void operator()(std::string_view name, kernels::PaddedVector& x) {
    OnField(name, {Type::kFloat32, x.size(), 1, x.size(), x.data()});
  }
  void operator()(std::string_view name, kernels::PaddedMatrix& x) {
    OnField(name, {Type::kFloat32, x.rows(), x.columns(), static_cast<Eigen::Index>(x.stride()),
                   x.data()});
  }
  void operator()(std::string_view name, kernels::CacheLineVector<double>& x) {
    const auto size = static_cast<Eigen::Index>(x.size());
    OnField(name, {Type::kFloat64, size, 1, size, x.data()});
  }

  /// A part, or whatever else has fields.
  template <HasState T>
  void operator()(std::string_view name, T& part) {
    Enter(name);
    part.VisitState(*this);
    Leave();
  }
  /// A decoder that decodes and never learns: without the evidence behind its weights.
  template <HasState T>
  void WithoutEvidence(std::string_view name, T& decoder) {
    wants_evidence_ = false;
    (*this)(name, decoder);
    wants_evidence_ = true;
  }
  /// Whether to visit what only learning reads.
  bool wants_evidence() const { return wants_evidence_; }

  /// As many as there are.
  template <HasState T>
  void operator()(std::string_view name, std::vector<T>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) {
      (*this)(std::string(name) + "[" + std::to_string(i) + "]", parts[i]);
    }
  }
  /// `blank` has the shape that a value must have.
  template <class T>
  void operator()(std::string_view name, std::optional<T>& x, const T& blank) {
    bool is_known = x.has_value();
    Enter(name);
    (*this)("is_known", is_known);
    Leave();
    if (!is_known) {
      x.reset();
      return;
    }
    if (!x) x.emplace(blank);
    (*this)(name, *x);
  }

  enum class Type : std::uint8_t { kFloat32 = 1, kFloat64 = 2, kInt64 = 3 };
  /// Bytes of an element.
  static constexpr std::size_t SizeOf(Type type) { return type == Type::kFloat32 ? 4 : 8; }

  /// Whether fields are overwritten: what follows from them must then be worked out anew.
  virtual bool loads() const { return false; }

  /// @throws StateMismatch unless `ok`. `must`: as in `must be below 64`, without the first word.
  void Require(bool ok, std::string_view name, std::string_view must) const {
    if (!ok) throw StateMismatch(PathOf(name) + " must " + std::string(must));
  }

 protected:
  /// rows x columns elements, column-major, `stride` elements from a column to the next.
  struct Field {
    Type type;
    Eigen::Index rows, columns, stride;
    void* data;
  };

  virtual void OnField(std::string_view name, const Field& field) = 0;

  /// Of the part that is being visited, for example `learner.driver.network.`.
  const std::string& prefix() const { return prefix_; }
  /// For example `learner.driver.network.weights`.
  std::string PathOf(std::string_view name) const { return prefix_ + std::string(name); }

 private:
  template <class Scalar>
  static constexpr Type TypeOf() {
    static_assert(std::same_as<Scalar, float> || std::same_as<Scalar, double>);
    return std::same_as<Scalar, float> ? Type::kFloat32 : Type::kFloat64;
  }
  static constexpr std::size_t kUsualPath = 256;
  static constexpr std::size_t kUsualDepth = 16;

  void Enter(std::string_view name) {
    lengths_.push_back(prefix_.size());
    prefix_ += name;
    prefix_ += '.';
  }
  void Leave() {
    prefix_.resize(lengths_.back());
    lengths_.pop_back();
  }

  bool wants_evidence_ = true;
  std::string prefix_;
  std::vector<std::size_t> lengths_;
};

}  // namespace efferent

#pragma once

#include <google/protobuf/message.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "decoder/parameters.h"

/// Between configuration messages and declared parameters (decoder/parameters.h), by equal field
/// names: a field that is added to a struct and to its message needs no code here.
namespace efferent {

/// A numeric field as it is on the wire.
using WireNumber = std::variant<double, std::int64_t, std::uint64_t>;

/// The field of that name. @throws std::logic_error if the message has none: struct and message
/// have drifted apart.
const google::protobuf::FieldDescriptor& RequireField(const google::protobuf::Message& message,
                                                      std::string_view name);
WireNumber GetNumber(const google::protobuf::Message& message,
                     const google::protobuf::FieldDescriptor& field);
void SetNumber(google::protobuf::Message* message, const google::protobuf::FieldDescriptor& field,
               WireNumber number);

/// Whether `number` lies in the closed interval; false for NaN.
bool Within(WireNumber number, Bounds bounds);
/// For example `is 5000, must be in [1, 4096] neurons`.
std::string DescribeOutOfBounds(WireNumber number, Bounds bounds, std::string_view unit);

/// Visitor for VisitFields that reads the fields which are set in a message; the others keep their
/// values. A value out of bounds is reported, not taken. Enumerations: the wire's value minus one
/// (its zero means: not set).
class FieldReader {
 public:
  FieldReader(const google::protobuf::Message& message, std::string prefix,
              std::vector<Violation>* violations)
      : message_(message), prefix_(std::move(prefix)), violations_(violations) {}

  template <class T>
  void operator()(std::string_view name, T& value, Bounds bounds, std::string_view unit) {
    const auto& field = RequireField(message_, name);
    if (!message_.GetReflection()->HasField(message_, &field)) return;
    const WireNumber number = GetNumber(message_, field);
    const bool fits = std::visit(
        [](auto n) {
          if constexpr (std::is_integral_v<T> && std::is_integral_v<decltype(n)>) {
            return std::in_range<T>(n);
          } else {
            return true;
          }
        },
        number);
    if (fits && Within(number, bounds)) {
      value = std::visit([](auto n) { return static_cast<T>(n); }, number);
    } else {
      violations_->push_back(
          {prefix_ + std::string(name), DescribeOutOfBounds(number, bounds, unit)});
    }
  }

  template <class T>
  void operator()(std::string_view name, T& value) {
    const auto& field = RequireField(message_, name);
    const auto* reflection = message_.GetReflection();
    if (!reflection->HasField(message_, &field)) return;
    if constexpr (std::is_same_v<T, bool>) {
      value = reflection->GetBool(message_, &field);
    } else {
      static_assert(std::is_enum_v<T>);
      const int number = reflection->GetEnumValue(message_, &field);
      if (field.enum_type()->FindValueByNumber(number)) {
        value = static_cast<T>(number - 1);
      } else {
        violations_->push_back({prefix_ + std::string(name), "is " + std::to_string(number) +
                                                                 ", which is no value of " +
                                                                 field.enum_type()->full_name()});
      }
    }
  }

 private:
  const google::protobuf::Message& message_;
  std::string prefix_;
  std::vector<Violation>* violations_;
};

/// Visitor for VisitFields that sets every field of a message.
class FieldWriter {
 public:
  explicit FieldWriter(google::protobuf::Message* message) : message_(message) {}

  template <class T>
  void operator()(std::string_view name, T& value, Bounds, std::string_view) {
    const auto& field = RequireField(*message_, name);
    if constexpr (std::is_floating_point_v<T>) {
      SetNumber(message_, field, static_cast<double>(value));
    } else if constexpr (std::is_signed_v<T>) {
      SetNumber(message_, field, static_cast<std::int64_t>(value));
    } else {
      SetNumber(message_, field, static_cast<std::uint64_t>(value));
    }
  }
  template <class T>
  void operator()(std::string_view name, T& value) {
    const auto& field = RequireField(*message_, name);
    if constexpr (std::is_same_v<T, bool>) {
      message_->GetReflection()->SetBool(message_, &field, value);
    } else {
      message_->GetReflection()->SetEnumValue(message_, &field, static_cast<int>(value) + 1);
    }
  }

 private:
  google::protobuf::Message* message_;
};

/// A declared field: where it is, and what may be in it.
struct FieldNote {
  std::string path;
  Bounds bounds;  ///< Infinite for booleans and enumerations.
  std::string unit;
};

/// Visitor for VisitFields that lists the fields.
class FieldLister {
 public:
  FieldLister(std::string prefix, std::vector<FieldNote>* notes)
      : prefix_(std::move(prefix)), notes_(notes) {}

  template <class T>
  void operator()(std::string_view name, T&, Bounds bounds, std::string_view unit) {
    notes_->push_back({prefix_ + std::string(name), bounds, std::string(unit)});
  }
  template <class T>
  void operator()(std::string_view name, T&) {
    notes_->push_back({prefix_ + std::string(name), {}, ""});
  }

 private:
  std::string prefix_;
  std::vector<FieldNote>* notes_;
};

}  // namespace efferent

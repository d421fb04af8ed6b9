#pragma once

#include <google/protobuf/descriptor.h>

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "decoder/parameters.h"

/// Declared parameters (decoder/parameters.h) from text and to text, by path. Enumerations are named
/// as in the contract's message of the same fields: `SNN_READOUT_RLS` is `rls`.
namespace efferent {

/// A parameter as a person reads it.
struct FieldText {
  std::string path;   ///< Within its struct, `learning_rate`.
  std::string value;  ///< Numbers so that reading them gives the same bits.
  std::string unit;   ///< Empty: none.
};

namespace internal {

/// @throws InputError naming the field, `text` and what is allowed.
bool ParseFlag(std::string_view field, std::string_view text);
int ParseChoice(std::string_view field, std::string_view text,
                const google::protobuf::Descriptor& message);
[[noreturn]] void ThrowNotANumber(std::string_view field, std::string_view text, bool is_integer);

std::string ChoiceText(std::string_view field, int value,
                       const google::protobuf::Descriptor& message);
std::string NumberText(double value);

/// `field` may be dotted: a message within a message.
const google::protobuf::Descriptor& NestedMessage(std::string_view field,
                                                  const google::protobuf::Descriptor& message);

class FieldSetter {
 public:
  FieldSetter(std::string_view path, std::string_view text,
              const google::protobuf::Descriptor& message, bool* found)
      : path_(path), text_(text), message_(message), found_(found) {}

  // Bounds are the constructors' business (CheckBounds): they name every violation at once.
  template <class T>
  void operator()(std::string_view name, T& value, Bounds, std::string_view) {
    if (name != path_) return;
    *found_ = true;
    const auto [end, error] = std::from_chars(text_.begin(), text_.end(), value);
    if (error != std::errc() || end != text_.end()) {
      ThrowNotANumber(name, text_, std::is_integral_v<T>);
    }
  }

  template <class T>
  void operator()(std::string_view name, T& value) {
    if constexpr (std::is_class_v<T>) {
      if (!path_.starts_with(name) || path_.substr(name.size()).substr(0, 1) != ".") return;
      VisitFields(value, FieldSetter(path_.substr(name.size() + 1), text_,
                                     NestedMessage(name, message_), found_));
    } else if (name == path_) {
      *found_ = true;
      if constexpr (std::is_same_v<T, bool>) {
        value = ParseFlag(name, text_);
      } else {
        value = static_cast<T>(ParseChoice(name, text_, message_));
      }
    }
  }

 private:
  std::string_view path_;
  std::string_view text_;
  const google::protobuf::Descriptor& message_;
  bool* found_;
};

class FieldPrinter {
 public:
  FieldPrinter(std::string prefix, const google::protobuf::Descriptor& message,
               std::vector<FieldText>* fields)
      : prefix_(std::move(prefix)), message_(message), fields_(fields) {}

  template <class T>
  void operator()(std::string_view name, T& value, Bounds, std::string_view unit) {
    std::string text;
    if constexpr (std::is_integral_v<T>) {
      text = std::to_string(value);
    } else {
      text = NumberText(value);
    }
    fields_->push_back({PathOf(name), std::move(text), std::string(unit)});
  }

  template <class T>
  void operator()(std::string_view name, T& value) {
    if constexpr (std::is_class_v<T>) {
      VisitFields(value, FieldPrinter(PathOf(name) + ".", NestedMessage(name, message_), fields_));
    } else if constexpr (std::is_same_v<T, bool>) {
      fields_->push_back({PathOf(name), value ? "true" : "false", ""});
    } else {
      fields_->push_back({PathOf(name), ChoiceText(name, static_cast<int>(value), message_), ""});
    }
  }

 private:
  std::string PathOf(std::string_view name) const { return std::string(prefix_).append(name); }

  std::string prefix_;
  const google::protobuf::Descriptor& message_;
  std::vector<FieldText>* fields_;
};

}  // namespace internal

/// Sets the field at `path` from text; false if there is no such field. `message`: the contract's
/// counterpart of Params. Does not check bounds.
/// @throws InputError if `text` is no value of the field's type, saying what is.
template <class Params>
bool SetField(Params* params, std::string_view path, std::string_view text,
              const google::protobuf::Descriptor& message) {
  bool found = false;
  VisitFields(*params, internal::FieldSetter(path, text, message, &found));
  return found;
}

/// Every field in order of declaration, those of nested structs with dotted paths.
template <class Params>
std::vector<FieldText> ListFieldTexts(const Params& params,
                                      const google::protobuf::Descriptor& message) {
  std::vector<FieldText> fields;
  Params copy = params;  // VisitFields is written for mutable structs.
  VisitFields(copy, internal::FieldPrinter("", message, &fields));
  return fields;
}

}  // namespace efferent

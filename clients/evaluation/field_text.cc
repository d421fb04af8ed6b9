#include "clients/evaluation/field_text.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "clients/session/errors.h"

namespace efferent::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;

std::string LowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

const google::protobuf::FieldDescriptor& FieldOf(std::string_view name, const Descriptor& message) {
  const auto* field = message.FindFieldByName(std::string(name));
  if (field == nullptr) {
    throw std::logic_error(fmt::format("{} has no field {}", message.full_name(), name));
  }
  return *field;
}

const EnumDescriptor& EnumOf(std::string_view name, const Descriptor& message) {
  const EnumDescriptor* type = FieldOf(name, message).enum_type();
  if (type == nullptr) {
    throw std::logic_error(fmt::format("{}.{} is no enumeration", message.full_name(), name));
  }
  return *type;
}

// Names of the values from 1 on; those of an enumeration begin alike, up to 0's `UNSPECIFIED`.
std::string ShortName(const EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (value == nullptr) {
    throw std::logic_error(fmt::format("{} has no value {}", type.full_name(), number));
  }
  const std::string unspecified = type.FindValueByNumber(0)->name();
  const std::size_t prefix = unspecified.size() - std::string_view("UNSPECIFIED").size();
  return LowerCase(value->name().substr(prefix));
}

}  // namespace

bool ParseFlag(std::string_view field, std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  throw InputError(fmt::format("{} is `{}`, must be true or false", field, text));
}

int ParseChoice(std::string_view field, std::string_view text, const Descriptor& message) {
  const EnumDescriptor& type = EnumOf(field, message);
  std::string names;
  for (int number = 1; number < type.value_count(); ++number) {
    // The contract's zero means "not set"; declared enumerations begin with its 1.
    if (text == ShortName(type, number) || text == type.FindValueByNumber(number)->name()) {
      return number - 1;
    }
    names += (names.empty() ? "" : ", ") + ShortName(type, number);
  }
  throw InputError(fmt::format("{} is `{}`, must be one of {}", field, text, names));
}

void ThrowNotANumber(std::string_view field, std::string_view text, bool is_integer) {
  throw InputError(fmt::format("{} is `{}`, must be {}", field, text,
                               is_integer ? "a whole number that fits its type" : "a number"));
}

std::string ChoiceText(std::string_view field, int value, const Descriptor& message) {
  return ShortName(EnumOf(field, message), value + 1);
}

std::string NumberText(double value) { return fmt::format("{}", value); }

const Descriptor& NestedMessage(std::string_view field, const Descriptor& message) {
  const std::size_t dot = field.find('.');
  const Descriptor* nested = FieldOf(field.substr(0, dot), message).message_type();
  if (nested == nullptr) {
    throw std::logic_error(fmt::format("{}.{} is no message", message.full_name(), field));
  }
  return dot == std::string_view::npos ? *nested : NestedMessage(field.substr(dot + 1), *nested);
}

}  // namespace efferent::internal

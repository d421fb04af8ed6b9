#include "clients/control/yaml_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/text_format.h>
#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>
#include <vector>

namespace efferent::control {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Numbers have as many digits as they need.
std::string ValueText(const Message& message, const FieldDescriptor& field, int index) {
  std::string text;
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    // What JSON quotes is YAML, too.
    return nlohmann::json(index < 0 ? reflection.GetString(message, &field)
                                    : reflection.GetRepeatedString(message, &field, index))
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  google::protobuf::TextFormat::PrintFieldValueToString(message, &field, index, &text);
  return text;
}

std::string ListText(const Message& message, const FieldDescriptor& field) {
  std::vector<std::string> values;
  const int size = message.GetReflection()->FieldSize(message, &field);
  values.reserve(static_cast<std::size_t>(size));
  for (int i = 0; i < size; ++i) {
    values.push_back(ValueText(message, field, i));
  }
  return fmt::format("[{}]", fmt::join(values, ", "));
}

}  // namespace

std::string YamlText(const Message& message, int indentation) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::vector<std::string> lines;
  for (const FieldDescriptor* field : fields) {
    std::string value;
    if (field->is_repeated()) {
      value = fmt::format(" {}", ListText(message, *field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      const Message& nested = message.GetReflection()->GetMessage(message, field);
      const std::string inside = YamlText(nested, indentation + 2);
      value = inside.empty() ? " {}" : fmt::format("\n{}", inside);
    } else {
      value = fmt::format(" {}", ValueText(message, *field, -1));
    }
    lines.push_back(fmt::format("{:{}}{}:{}", "", indentation, field->name(), value));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace efferent::control

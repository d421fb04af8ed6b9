#include "clients/control/decoder_settings.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>
#include <spdlog/fmt/fmt.h>

#include <sstream>

#include "clients/control/closest_name.h"
#include "clients/control/enum_name.h"
#include "clients/session/decoder_name.h"
#include "clients/session/errors.h"

namespace efferent::control {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// We say it in our own words; without this, Protobuf would log its own.
class Silence : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int, google::protobuf::io::ColumnNumber, const std::string&) override {}
};

std::string Join(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> FieldNames(const Descriptor& message) {
  std::vector<std::string> names;
  for (int i = 0; i < message.field_count(); ++i) names.push_back(message.field(i)->name());
  return names;
}

std::vector<std::string> ChoiceNames(const FieldDescriptor& field) {
  std::vector<std::string> names;
  const auto& type = *field.enum_type();
  for (int i = 1; i < type.value_count(); ++i) names.push_back(ShortEnumName(*type.value(i)));
  return names;
}

std::string WhatItMustBe(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return "one of " + Join(ChoiceNames(field));
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return field.is_repeated() ? "numbers, separated by commas" : "a number";
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      return "a whole number, 0 or more";
    default:
      return "a whole number";
  }
}

bool SetValue(const FieldDescriptor& field, std::string text, Message* message) {
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const auto& type = *field.enum_type();
    for (int i = 1; i < type.value_count(); ++i) {
      if (text == ShortEnumName(*type.value(i))) text = type.value(i)->name();
    }
  }
  Silence silence;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&silence);
  return parser.ParseFieldValueFromString(text, &field, message);
}

bool SetValues(const FieldDescriptor& field, const std::string& text, Message* message) {
  if (!field.is_repeated()) return SetValue(field, text, message);
  message->GetReflection()->ClearField(message, &field);
  std::istringstream values(text);
  for (std::string value; std::getline(values, value, ',');) {
    if (!SetValue(field, value, message)) return false;
  }
  return message->GetReflection()->FieldSize(*message, &field) > 0;
}

void Apply(const std::string& decoder, const std::string& setting, Message* params) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw InputError(
        fmt::format("--set {}: must be FIELD=VALUE, as in learning_rate=0.0005", setting));
  }
  std::string name = setting.substr(0, equals);
  const std::string value = setting.substr(equals + 1);
  if (name.starts_with(decoder + ".")) name.erase(0, decoder.size() + 1);

  const Descriptor& fields = *params->GetDescriptor();
  const FieldDescriptor* field = fields.FindFieldByName(name);
  if (field == nullptr) {
    const std::vector<std::string> names = FieldNames(fields);
    const auto meant = ClosestName(name, names);
    throw InputError(fmt::format("--set {}: {} has no field `{}`{}; it has {}", setting, decoder,
                                 name, meant ? " (did you mean `" + *meant + "`?)" : "",
                                 Join(names)));
  }
  if (!SetValues(*field, value, params)) {
    throw InputError(fmt::format("--set {}: {} is `{}`, must be {}", setting, name, value,
                                 WhatItMustBe(*field)));
  }
}

}  // namespace

v1::DecoderConfig MakeDecoderConfig(const std::string& name,
                                    const std::vector<std::string>& settings) {
  v1::DecoderConfig config;
  Message* params = ChooseDecoder(name, &config);
  for (const std::string& setting : settings) Apply(name, setting, params);
  return config;
}

}  // namespace efferent::control

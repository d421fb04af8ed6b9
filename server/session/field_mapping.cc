#include "server/session/field_mapping.h"

#include <stdexcept>

namespace efferent {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor& RequireField(const Message& message, std::string_view name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  if (!field) {
    throw std::logic_error(message.GetDescriptor()->full_name() + " has no field " +
                           std::string(name));
  }
  return *field;
}

WireNumber GetNumber(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return static_cast<double>(reflection->GetFloat(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return static_cast<std::int64_t>(reflection->GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return static_cast<std::uint64_t>(reflection->GetUInt32(message, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return reflection->GetUInt64(message, &field);
    default:
      throw std::logic_error(field.full_name() + " is not a number");
  }
}

void SetNumber(Message* message, const FieldDescriptor& field, WireNumber number) {
  const auto* reflection = message->GetReflection();
  std::visit(
      [&](auto n) {
        switch (field.cpp_type()) {
          case FieldDescriptor::CPPTYPE_DOUBLE:
            return reflection->SetDouble(message, &field, static_cast<double>(n));
          case FieldDescriptor::CPPTYPE_FLOAT:
            return reflection->SetFloat(message, &field, static_cast<float>(n));
          case FieldDescriptor::CPPTYPE_INT32:
            return reflection->SetInt32(message, &field, static_cast<std::int32_t>(n));
          case FieldDescriptor::CPPTYPE_INT64:
            return reflection->SetInt64(message, &field, static_cast<std::int64_t>(n));
          case FieldDescriptor::CPPTYPE_UINT32:
            return reflection->SetUInt32(message, &field, static_cast<std::uint32_t>(n));
          case FieldDescriptor::CPPTYPE_UINT64:
            return reflection->SetUInt64(message, &field, static_cast<std::uint64_t>(n));
          default:
            throw std::logic_error(field.full_name() + " is not a number");
        }
      },
      number);
}

bool Within(WireNumber number, Bounds bounds) {
  return bounds.Contains(std::visit([](auto n) { return static_cast<double>(n); }, number));
}

std::string DescribeOutOfBounds(WireNumber number, Bounds bounds, std::string_view unit) {
  std::ostringstream text;
  text << "is ";
  std::visit([&](auto n) { text << n; }, number);
  text.precision(12);
  text << ", must be " << (bounds.least == 0.0 ? "" : "0 or ") << "in [" << bounds.lowest() << ", "
       << bounds.max << "]";
  if (!unit.empty()) text << " " << unit;
  return text.str();
}

}  // namespace efferent

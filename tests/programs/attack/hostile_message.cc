#include "tests/programs/attack/hostile_message.h"

#include <array>
#include <cstdint>
#include <limits>

#include "tests/hostile_text.h"

namespace efferent::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

double HostileNumber(Random* random) {
  using Limits = std::numeric_limits<double>;
  static constexpr std::array kNumbers = {Limits::quiet_NaN(),
                                          Limits::infinity(),
                                          -Limits::infinity(),
                                          0.0,
                                          -0.0,
                                          5e-324,
                                          Limits::max(),
                                          Limits::lowest(),
                                          1e-300,
                                          -1.0,
                                          1e9,
                                          0.5};
  return kNumbers[Below(kNumbers.size(), random)];
}

/// Cast to what the field has.
std::uint64_t HostileInteger(Random* random) {
  static constexpr std::array<std::uint64_t, 12> kIntegers = {
      0,          1,
      2,          64,
      4'096,      1'000'000'000,
      1ull << 31, (1ull << 31) - 1,
      1ull << 63, std::numeric_limits<std::int64_t>::max(),
      ~0ull,      ~0ull - 1};
  const std::size_t which = Below(kIntegers.size() + 2, random);
  return which < kIntegers.size() ? kIntegers[which] : (*random)();
}

std::string HostileString(Random* random) {
  static const std::vector<std::string> texts = HostileTexts("/nonexistent/marker");
  switch (Below(8, random)) {
    case 0:
      return Noise(Below(64, random), random);
    case 1:
      return std::string(Below(1 << 17, random), 'a');
    case 2:
      return "";
    default:
      return texts[Below(texts.size(), random)];
  }
}

/// Sets a field, or adds an element to it.
void SetScalar(Message* message, const FieldDescriptor* field, Random* random) {
  const Reflection* access = message->GetReflection();
  const auto put = [&](auto set, auto add, auto value) {
    if (field->is_repeated()) {
      (access->*add)(message, field, value);
    } else {
      (access->*set)(message, field, value);
    }
  };
  const std::uint64_t integer = HostileInteger(random);
  const double number = HostileNumber(random);
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return put(&Reflection::SetInt32, &Reflection::AddInt32, static_cast<std::int32_t>(integer));
    case FieldDescriptor::CPPTYPE_INT64:
      return put(&Reflection::SetInt64, &Reflection::AddInt64, static_cast<std::int64_t>(integer));
    case FieldDescriptor::CPPTYPE_UINT32:
      return put(&Reflection::SetUInt32, &Reflection::AddUInt32,
                 static_cast<std::uint32_t>(integer));
    case FieldDescriptor::CPPTYPE_UINT64:
      return put(&Reflection::SetUInt64, &Reflection::AddUInt64, integer);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return put(&Reflection::SetDouble, &Reflection::AddDouble, number);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return put(&Reflection::SetFloat, &Reflection::AddFloat, static_cast<float>(number));
    case FieldDescriptor::CPPTYPE_BOOL:
      return put(&Reflection::SetBool, &Reflection::AddBool, integer % 2 == 0);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put(&Reflection::SetEnumValue, &Reflection::AddEnumValue, static_cast<int>(integer));
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) {
        access->AddString(message, field, HostileString(random));
      } else {
        access->SetString(message, field, HostileString(random));
      }
      return;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
}

void SpoilOne(Message* message, Random* random) {
  const auto* type = message->GetDescriptor();
  if (type->field_count() == 0) return;
  const FieldDescriptor* field =
      type->field(static_cast<int>(Below(static_cast<std::size_t>(type->field_count()), random)));
  const Reflection* access = message->GetReflection();
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const int size = field->is_repeated() ? access->FieldSize(*message, field) : 0;
  if (Below(8, random) == 0) return access->ClearField(message, field);
  if (is_message && size > 0 && Below(4, random) != 0) {
    const int which = static_cast<int>(Below(static_cast<std::size_t>(size), random));
    return SpoilOne(access->MutableRepeatedMessage(message, field, which), random);
  }
  if (is_message) {
    return SpoilOne(field->is_repeated() ? access->AddMessage(message, field)
                                         : access->MutableMessage(message, field),
                    random);
  }
  const std::size_t times = !field->is_repeated() ? 1 : Below(16, random) == 0 ? 20'000 : 2;
  const bool is_text = field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  for (std::size_t i = 0; i < (is_text ? 1 : times); ++i) SetScalar(message, field, random);
}

}  // namespace

void Spoil(Message* message, int count, Random* random) {
  for (int i = 0; i < count; ++i) SpoilOne(message, random);
}

std::string Mutate(std::string bytes, Random* random) {
  for (std::size_t changes = 1 + Below(4, random); changes > 0; --changes) {
    const std::size_t at = Below(bytes.size(), random), length = 1 + Below(16, random);
    switch (Below(4, random)) {
      case 0:
        if (!bytes.empty()) bytes[at] = static_cast<char>((*random)());
        break;
      case 1:
        if (!bytes.empty()) bytes.erase(at, length);
        break;
      case 2:
        bytes.insert(at, bytes.substr(at, length));
        break;
      default:
        bytes.insert(at, Noise(length, random));
    }
  }
  return bytes;
}

std::string Noise(std::size_t size, Random* random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>((*random)());
  return bytes;
}

}  // namespace efferent::test

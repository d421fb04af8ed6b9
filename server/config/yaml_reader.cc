#include "server/config/yaml_reader.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

namespace efferent {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

std::string Child(const std::string& path, const std::string& key) {
  return path.empty() ? key : fmt::format("{}.{}", path, key);
}

std::string Shown(const YAML::Node& node) {
  if (node.IsScalar()) return fmt::format("is `{}`", node.Scalar());
  if (node.IsSequence()) return "is a list";
  if (node.IsMap()) return "is a mapping";
  return "has no value";
}

std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

bool FitsField(WireNumber number, const FieldDescriptor& field) {
  return std::visit(
      [&](auto n) {
        if constexpr (std::is_integral_v<decltype(n)>) {
          switch (field.cpp_type()) {
            case FieldDescriptor::CPPTYPE_INT32:
              return std::in_range<std::int32_t>(n);
            case FieldDescriptor::CPPTYPE_INT64:
              return std::in_range<std::int64_t>(n);
            case FieldDescriptor::CPPTYPE_UINT32:
              return std::in_range<std::uint32_t>(n);
            case FieldDescriptor::CPPTYPE_UINT64:
              return std::in_range<std::uint64_t>(n);
            default:
              return true;
          }
        } else {
          return true;
        }
      },
      number);
}

void ReadScalar(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
                Message* message, YamlProblems* problems) {
  const auto* reflection = message->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      if (const auto value = ReadBool(node)) return reflection->SetBool(message, &field, *value);
      return problems->Add(node, path, Shown(node) + ", must be true or false");
    case FieldDescriptor::CPPTYPE_STRING:
      if (node.IsScalar()) return reflection->SetString(message, &field, node.Scalar());
      return problems->Add(node, path, Shown(node) + ", must be text");
    case FieldDescriptor::CPPTYPE_ENUM: {
      const std::vector<std::string> names = EnumNames(*field.enum_type());
      const std::string text = node.IsScalar() ? node.Scalar() : "";
      const auto found = std::find(names.begin(), names.end(), text);
      if (found != names.end()) {
        return reflection->SetEnumValue(message, &field,
                                        static_cast<int>(found - names.begin()) + 1);
      }
      return problems->Add(
          node, path, Shown(node) + ", must be one of " + Join(names) + DidYouMean(text, names));
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (const auto value = ReadDouble(node)) return SetNumber(message, field, *value);
      return problems->Add(node, path, Shown(node) + ", must be a number");
    default:
      break;
  }
  const auto number = ReadInteger(node);
  if (!number) return problems->Add(node, path, Shown(node) + ", must be a whole number");
  if (!FitsField(*number, field)) {
    return problems->Add(node, path, Shown(node) + ", which is out of range");
  }
  SetNumber(message, field, *number);
}

void ReadList(const YAML::Node& node, const std::string& path, const FieldDescriptor& field,
              Message* message, YamlProblems* problems) {
  if (!node.IsSequence()) return problems->Add(node, path, Shown(node) + ", must be a list");
  for (const YAML::Node& element : node) {
    const auto value = ReadDouble(element);
    if (value) {
      message->GetReflection()->AddDouble(message, &field, *value);  // all lists are of doubles
    } else {
      problems->Add(element, path, Shown(element) + ", must be a number");
    }
  }
}

}  // namespace

void YamlProblems::Add(const YAML::Node& node, const std::string& path, const std::string& text) {
  const int line = node.Mark().is_null() ? 0 : node.Mark().line + 1;
  problems_.emplace(line, path + ": " + text);
}

void YamlProblems::Add(const Violation& violation) {
  std::string path = violation.field;
  while (!lines_.contains(path) && !path.empty()) {
    const std::size_t end = path.find_last_of(".[");
    path.resize(end == std::string::npos ? 0 : end);
  }
  problems_.emplace(path.empty() ? 0 : lines_[path],
                    violation.field + ": " + violation.description);
}

void YamlProblems::Saw(const YAML::Node& node, const std::string& path) {
  if (!node.Mark().is_null()) lines_[path] = node.Mark().line + 1;
}

std::vector<std::string> YamlProblems::Lines() const {
  std::vector<std::string> lines;
  for (const auto& [line, text] : problems_) {
    lines.push_back(line > 0 ? fmt::format("{}:{}: {}", file_, line, text)
                             : fmt::format("{}: {}", file_, text));
  }
  return lines;
}

std::vector<std::string> EnumNames(const EnumDescriptor& type) {
  const std::string& unspecified = type.value(0)->name();
  const std::size_t prefix = unspecified.size() - std::string_view("UNSPECIFIED").size();
  std::vector<std::string> names;
  for (int i = 1; i < type.value_count(); ++i) {
    std::string name = type.FindValueByNumber(i)->name().substr(prefix);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    names.push_back(std::move(name));
  }
  return names;
}

void ReadYaml(const YAML::Node& node, const std::string& path, Message* message,
              YamlProblems* problems) {
  const auto* descriptor = message->GetDescriptor();
  const auto* reflection = message->GetReflection();
  std::vector<std::string> known;
  for (int i = 0; i < descriptor->field_count(); ++i) known.push_back(descriptor->field(i)->name());
  if (!CheckKeys(node, path, known, problems)) return;

  for (const auto& entry : node) {
    const FieldDescriptor* field = descriptor->FindFieldByName(entry.first.Scalar());
    if (!field) continue;  // reported
    const std::string child = Child(path, field->name());
    problems->Saw(entry.first, child);
    if (const auto* oneof = field->real_containing_oneof()) {
      const FieldDescriptor* other = reflection->GetOneofFieldDescriptor(*message, oneof);
      if (other && other != field) {
        problems->Add(entry.first, child, "excludes `" + other->name() + "`, which is given too");
        continue;
      }
    }
    if (field->is_repeated()) {
      ReadList(entry.second, child, *field, message, problems);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      ReadYaml(entry.second, child, reflection->MutableMessage(message, field), problems);
    } else {
      ReadScalar(entry.second, child, *field, message, problems);
    }
  }
}

std::optional<WireNumber> ReadInteger(const YAML::Node& node) {
  if (!node.IsScalar() || node.Tag() == "!") return std::nullopt;  // `!`: in quotes, so text
  const std::string& text = node.Scalar();
  const char* const end = text.data() + text.size();
  std::int64_t negative = 0;
  std::uint64_t positive = 0;
  if (const auto [stop, error] = std::from_chars(text.data(), end, positive);
      error == std::errc() && stop == end) {
    return positive;
  }
  if (const auto [stop, error] = std::from_chars(text.data(), end, negative);
      error == std::errc() && stop == end) {
    return negative;
  }
  return std::nullopt;
}

std::optional<double> ReadDouble(const YAML::Node& node) {
  if (!node.IsScalar() || node.Tag() == "!") return std::nullopt;
  double value = 0.0;
  if (!YAML::convert<double>::decode(node, value)) return std::nullopt;
  return value;
}

std::optional<bool> ReadBool(const YAML::Node& node) {
  if (!node.IsScalar() || node.Tag() == "!") return std::nullopt;
  if (node.Scalar() == "true") return true;
  if (node.Scalar() == "false") return false;
  return std::nullopt;
}

bool CheckKeys(const YAML::Node& node, const std::string& path,
               const std::vector<std::string>& known, YamlProblems* problems) {
  if (node.IsNull()) return false;  // `key:` with nothing below it: the defaults
  if (!node.IsMap()) {
    problems->Add(node, path.empty() ? "(file)" : path, Shown(node) + ", must be a mapping");
    return false;
  }
  std::set<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "(not a name)";
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      problems->Add(entry.first, Child(path, key),
                    fmt::format("unknown key{}", DidYouMean(key, known)));
    } else if (!seen.insert(key).second) {
      problems->Add(entry.first, Child(path, key), "is given twice");
    }
  }
  return true;
}

}  // namespace efferent

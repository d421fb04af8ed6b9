#include <spdlog/fmt/fmt.h>
#include <yaml-cpp/yaml.h>

#include <cmath>
#include <map>
#include <sstream>

#include "server/config/config_file.h"
#include "server/config/yaml_reader.h"
#include "server/session/session_settings.h"

namespace efferent {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Number(double value) {
  if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
  return fmt::format("{}", value);  // as few digits as give the same number back
}

std::string Quoted(const std::string& text) {
  YAML::Emitter emitter;
  emitter << YAML::DoubleQuoted << text;
  return emitter.c_str();
}

std::string Comment(Bounds bounds, std::string_view unit) {
  std::string text = "  #";
  if (std::isfinite(bounds.min) || std::isfinite(bounds.max)) {
    text += fmt::format("{} [{}, {}]", bounds.least == 0.0 ? "" : " 0 or", Number(bounds.lowest()),
                        Number(bounds.max));
  }
  if (!unit.empty()) text += fmt::format(" {}", unit);
  return text == "  #" ? "" : text;
}

std::string OneOf(const std::vector<std::string>& names) {
  std::string text = "  # one of";
  for (const std::string& name : names) text += fmt::format(" {}", name);
  return text;
}

/// Visitor for VisitFields that prints the section `server`.
struct ServerPrinter {
  std::ostringstream* out;

  template <class T>
  void operator()(std::string_view name, T& value, Bounds bounds, std::string_view unit) {
    *out << "  " << name << ": ";
    if constexpr (std::is_integral_v<T>) {
      *out << value;
    } else {
      *out << Number(value);
    }
    *out << Comment(bounds, unit) << "\n";
  }
  void operator()(std::string_view name, std::vector<int>& value, Bounds bounds,
                  std::string_view unit) {
    *out << "  " << name << ": " << fmt::format("[{}]", fmt::join(value, ", "))
         << Comment(bounds, unit) << "\n";
  }
  void operator()(std::string_view name, bool& value) {
    *out << "  " << name << ": " << (value ? "true" : "false") << "\n";
  }
  void operator()(std::string_view name, std::string& value) {
    *out << "  " << name << ": " << Quoted(value) << "\n";
  }
  void operator()(std::string_view name, std::vector<std::string>& value) {
    *out << "  " << name << ": [";
    for (std::size_t i = 0; i < value.size(); ++i) *out << (i > 0 ? ", " : "") << Quoted(value[i]);
    *out << "]\n";
  }
  template <class Choice>
  requires std::is_enum_v<Choice>
  void operator()(std::string_view name, Choice& value) {
    const auto& names = NamesOf(value);
    *out << "  " << name << ": " << names[static_cast<std::size_t>(value)] << OneOf(names) << "\n";
  }
};

/// Prints a message as the schema has it, with what is known of each field.
class MessagePrinter {
 public:
  MessagePrinter(const std::vector<FieldNote>& notes, std::ostringstream* out) : out_(out) {
    for (const FieldNote& note : notes) notes_[note.path] = note;
  }

  void Print(const Message& message, const std::string& path, int indent) {
    const auto* descriptor = message.GetDescriptor();
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const std::string field_path =
          path.empty() ? field->name() : fmt::format("{}.{}", path, field->name());
      const std::string margin(static_cast<std::size_t>(indent), ' ');
      if (field->is_repeated()) {
        if (reflection->FieldSize(message, field) > 0) {
          *out_ << margin << field->name() << ": " << List(message, *field) << "\n";
        }
      } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        if (!reflection->HasField(message, field)) continue;
        *out_ << margin << field->name() << ":\n";
        Print(reflection->GetMessage(message, field), field_path, indent + 2);
      } else if (reflection->HasField(message, field)) {
        *out_ << margin << field->name() << ": " << Scalar(message, *field)
              << Note(*field, field_path) << "\n";
      } else if (field->has_presence()) {
        *out_ << margin << "# " << field->name() << ":" << Note(*field, field_path)
              << ", to be given with each session\n";
      }
    }
  }

 private:
  static std::string List(const Message& message, const FieldDescriptor& field) {
    std::string text = "[";
    const auto* reflection = message.GetReflection();
    for (int i = 0; i < reflection->FieldSize(message, &field); ++i) {
      if (i > 0) text += ", ";
      text += Number(reflection->GetRepeatedDouble(message, &field, i));
    }
    return text + "]";
  }

  static std::string Scalar(const Message& message, const FieldDescriptor& field) {
    const auto* reflection = message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection->GetBool(message, &field) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_STRING:
        return Quoted(reflection->GetString(message, &field));
      case FieldDescriptor::CPPTYPE_ENUM:
        return EnumNames(*field.enum_type())
            .at(static_cast<std::size_t>(reflection->GetEnumValue(message, &field) - 1));
      default:
        break;
    }
    return std::visit(
        [](auto n) {
          if constexpr (std::is_integral_v<decltype(n)>) return std::to_string(n);
          return Number(static_cast<double>(n));
        },
        GetNumber(message, field));
  }

  std::string Note(const FieldDescriptor& field, const std::string& path) const {
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
      return OneOf(EnumNames(*field.enum_type()));
    }
    const auto found = notes_.find(path);
    return found == notes_.end() ? "" : Comment(found->second.bounds, found->second.unit);
  }

  std::map<std::string, FieldNote> notes_;
  std::ostringstream* out_;
};

/// The decoders that are not configured, each with its defaults, as a comment: a file holds one.
void PrintOtherDecoders(SessionSettings settings, std::ostringstream* out) {
  const std::string chosen(DecoderName(settings.decoder));
  *out << "\n# Instead of `" << chosen << "`, `decoder` may hold one of these:\n";
  for (const DecoderParams& decoder : AllDecoders()) {
    if (DecoderName(decoder) == chosen) continue;
    settings.decoder = decoder;
    std::ostringstream text;
    MessagePrinter(ListFields(settings), &text)
        .Print(WriteSettings(settings).decoder(), "decoder", 4);
    std::istringstream lines(text.str());
    for (std::string line; std::getline(lines, line);) *out << "#" << line << "\n";
  }
}

}  // namespace

std::string PrintConfig(const Config& config) {
  std::ostringstream out;
  Config copy = config;
  out << "server:\n";
  VisitFields(copy.server, ServerPrinter{&out});

  std::vector<Violation> violations;
  const SessionSettings settings =
      ReadSettings(config.session_defaults, SettingsUse::kDefaults, &violations);
  out << "session_defaults:\n";
  MessagePrinter(ListFields(settings), &out).Print(WriteSettings(settings), "", 2);
  PrintOtherDecoders(settings, &out);
  return out.str();
}

}  // namespace efferent

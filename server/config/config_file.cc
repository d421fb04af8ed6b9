#include "server/config/config_file.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/config/listen_address.h"
#include "server/config/yaml_reader.h"
#include "server/session/session_settings.h"

namespace efferent {
namespace {

/// Visitor for VisitFields that reads a section of the file.
class ServerReader {
 public:
  ServerReader(const YAML::Node& section, YamlProblems* problems)
      : section_(section), problems_(problems) {}

  template <class T>
  void operator()(std::string_view name, T& value, Bounds bounds, std::string_view unit) {
    const YAML::Node node = Find(name);
    if (node.IsDefined()) ReadNumber(node, Path(name), bounds, unit, &value);
  }
  /// A list, or a single element.
  template <class T>
  void operator()(std::string_view name, std::vector<T>& value, Bounds bounds,
                  std::string_view unit) {
    const YAML::Node node = Find(name);
    if (!node.IsDefined()) return;
    value.clear();
    for (const auto& [path, element] : Elements(name, node)) {
      ReadNumber(element, path, bounds, unit, &value.emplace_back());
    }
  }
  void operator()(std::string_view name, bool& value) {
    const YAML::Node node = Find(name);
    if (!node.IsDefined()) return;
    if (const auto truth = ReadBool(node)) {
      value = *truth;
    } else {
      problems_->Add(node, Path(name), "must be true or false");
    }
  }
  void operator()(std::string_view name, std::string& value) {
    const YAML::Node node = Find(name);
    if (!node.IsDefined() || node.IsNull()) return;
    if (node.IsScalar()) {
      value = node.Scalar();
    } else {
      problems_->Add(node, Path(name), "must be text");
    }
  }
  /// A list, or a single element.
  void operator()(std::string_view name, std::vector<std::string>& value) {
    const YAML::Node node = Find(name);
    if (!node.IsDefined()) return;
    value.clear();
    for (const auto& [path, element] : Elements(name, node)) {
      if (element.IsScalar()) {
        value.push_back(element.Scalar());
      } else {
        problems_->Add(element, path, "must be text");
      }
    }
  }
  template <class Choice>
  requires std::is_enum_v<Choice>
  void operator()(std::string_view name, Choice& value) {
    const YAML::Node node = Find(name);
    if (!node.IsDefined()) return;
    if (const auto choice = FindChoice<Choice>(node.IsScalar() ? node.Scalar() : "")) {
      value = *choice;
    } else {
      problems_->Add(node, Path(name),
                     fmt::format("must be one of {}", fmt::join(NamesOf(value), ", ")));
    }
  }

 private:
  template <class T>
  void ReadNumber(const YAML::Node& node, const std::string& path, Bounds bounds,
                  std::string_view unit, T* value) {
    std::optional<WireNumber> number;
    if constexpr (std::is_integral_v<T>) {
      number = ReadInteger(node);
    } else if (const auto real = ReadDouble(node)) {
      number = *real;
    }
    if (!number) {
      problems_->Add(node, path,
                     std::is_integral_v<T> ? "must be a whole number" : "must be a number");
    } else if (!Within(*number, bounds)) {
      problems_->Add(node, path, DescribeOutOfBounds(*number, bounds, unit));
    } else {
      *value = std::visit([](auto n) { return static_cast<T>(n); }, *number);
    }
  }
  YAML::Node Find(std::string_view name) const {
    return section_.IsMap() ? section_[std::string(name)] : YAML::Node(YAML::NodeType::Undefined);
  }
  static std::string Path(std::string_view name) { return fmt::format("server.{}", name); }
  static std::vector<std::pair<std::string, YAML::Node>> Elements(std::string_view name,
                                                                  const YAML::Node& node) {
    if (!node.IsSequence()) return {{Path(name), node}};
    std::vector<std::pair<std::string, YAML::Node>> elements;
    for (std::size_t i = 0; i < node.size(); ++i) {
      elements.emplace_back(fmt::format("{}[{}]", Path(name), i), node[i]);
    }
    return elements;
  }

  const YAML::Node section_;
  YamlProblems* problems_;
};

/// Visitor for VisitFields that gathers names.
struct NameLister {
  std::vector<std::string>* names;
  template <class... Rest>
  void operator()(std::string_view name, Rest&&...) {
    names->emplace_back(name);
  }
};

[[noreturn]] void Throw(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  throw ConfigError(text);
}

}  // namespace

Config LoadConfig(const std::string& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) throw ConfigError(file + ": cannot be read");
  return ParseConfig(text.str(), file);
}

Config ParseConfig(const std::string& text, const std::string& file) {
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw ConfigError(fmt::format("{}:{}: is not YAML: {}", file, error.mark.line + 1, error.msg));
  }
  Config config;
  YamlProblems problems(file);
  if (CheckKeys(root, "", {"server", "session_defaults"}, &problems)) {
    if (const YAML::Node section = root["server"]) {
      std::vector<std::string> known;
      VisitFields(config.server, NameLister{&known});
      if (CheckKeys(section, "server", known, &problems)) {
        VisitFields(config.server, ServerReader(section, &problems));
        if (const auto wrong = UnusableListenAddresses(config.server.listen)) {
          problems.Add(section["listen"], "server.listen", *wrong);
        }
        if (const auto wrong = UnusableMetricsAddress(config.server.metrics_listen)) {
          problems.Add(section["metrics_listen"], "server.metrics_listen", *wrong);
        }
      }
    }
    if (const YAML::Node section = root["session_defaults"]) {
      ReadYaml(section, "session_defaults", &config.session_defaults, &problems);
      std::vector<Violation> violations;
      ReadSettings(config.session_defaults, SettingsUse::kDefaults, &violations);
      for (Violation& violation : violations) {
        violation.field.insert(0, "session_defaults.");
        problems.Add(violation);
      }
    }
  }
  if (!problems.empty()) Throw(problems.Lines());
  return config;
}

void RequireConsentToNetwork(const ServerParams& params) {
  if (params.insecure) return;
  constexpr const char* kRefusal =
      "{} is `{}`, which other machines can reach: {}, unencrypted and without a password. Listen "
      "on {}, or, where "
      "you trust everybody in the network, allow it with --insecure (server.insecure: true)";
  std::vector<std::string> refusals;
  for (const std::string& address : params.listen) {
    if (!IsOpenToTheNetwork(address)) continue;
    refusals.push_back(fmt::format(kRefusal, "server.listen", address,
                                   "whoever connects can move arms and read and erase recordings",
                                   "127.0.0.1 or unix:PATH"));
  }
  if (IsOpenToTheNetwork(params.metrics_listen)) {
    refusals.push_back(fmt::format(
        kRefusal, "server.metrics_listen", params.metrics_listen,
        "whoever connects can read the names and figures of all sessions", "127.0.0.1"));
  }
  if (!refusals.empty()) Throw(refusals);
}

}  // namespace efferent

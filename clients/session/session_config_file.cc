#include "clients/session/session_config_file.h"

#include <google/protobuf/util/json_util.h>
#include <spdlog/fmt/fmt.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "clients/session/errors.h"

namespace efferent {
namespace {

using nlohmann::json;

// Aliases can make a small file describe a huge tree.
constexpr int kMaxNodes = 1'000'000;
constexpr int kMaxDepth = 32;

[[noreturn]] void Fail(const YAML::Mark& mark, const std::string& what) {
  throw InputError(fmt::format("line {}, column {}: {}", mark.line + 1, mark.column + 1, what));
}

// A plain scalar is what JSON would take it for, a quoted one is text.
json ScalarToJson(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text == "true" || text == "false") return text == "true";
  const bool may_be_number =
      !text.empty() && (text[0] == '-' || std::isdigit(static_cast<unsigned char>(text[0])));
  if (may_be_number) {
    json number = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (number.is_number()) return number;
  }
  return text;
}

json ToJson(const YAML::Node& node, int depth, int* budget) {
  if (depth > kMaxDepth || --*budget < 0) Fail(node.Mark(), "too deep or too large");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return ScalarToJson(node);
    case YAML::NodeType::Sequence: {
      json list = json::array();
      for (const YAML::Node& item : node) list.push_back(ToJson(item, depth + 1, budget));
      return list;
    }
    case YAML::NodeType::Map: {
      json object = json::object();
      for (const auto& entry : node) {
        if (!entry.first.IsScalar()) Fail(entry.first.Mark(), "a key must be a word");
        const std::string& key = entry.first.Scalar();
        if (object.contains(key)) Fail(entry.first.Mark(), "`" + key + "` is given twice");
        object[key] = ToJson(entry.second, depth + 1, budget);
      }
      return object;
    }
    default:
      return nullptr;
  }
}

std::string YamlToJson(const std::string& text) {
  try {
    const YAML::Node root = YAML::Load(text);
    if (root.IsNull()) return "{}";
    if (!root.IsMap()) Fail(root.Mark(), "the file must be a map of settings");
    int budget = kMaxNodes;
    return ToJson(root, 0, &budget).dump();
  } catch (const YAML::Exception& e) {
    Fail(e.mark, e.msg);
  }
}

bool EndsWith(const std::string& text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

}  // namespace

v1::SessionConfig ReadSessionConfig(const std::string& path) {
  const bool is_yaml = EndsWith(path, ".yaml") || EndsWith(path, ".yml");
  if (!is_yaml && !EndsWith(path, ".json")) {
    throw InputError(path + ": session settings must be a .yaml, .yml or .json file");
  }
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) throw InputError("cannot read " + path);
  try {
    const std::string as_json = is_yaml ? YamlToJson(text.str()) : text.str();
    v1::SessionConfig config;
    const auto status = google::protobuf::util::JsonStringToMessage(as_json, &config);
    if (!status.ok()) throw InputError(std::string(status.message()));
    return config;
  } catch (const std::exception& e) {
    throw InputError(fmt::format("{}: {}", path, e.what()));
  }
}

}  // namespace efferent

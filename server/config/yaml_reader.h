#pragma once

#include <google/protobuf/message.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/parameters.h"
#include "server/config/suggestion.h"
#include "server/session/field_mapping.h"

namespace efferent {

/// What is wrong with a configuration file, and where. Gathers; the file is read to its end
/// whatever is in it.
class YamlProblems {
 public:
  explicit YamlProblems(std::string file) : file_(std::move(file)) {}

  void Add(const YAML::Node& node, const std::string& path, const std::string& text);
  /// For a violation that was found later: the line is that of the field, or of the nearest one
  /// above it that was seen.
  void Add(const Violation& violation);
  /// Remembers where a field is.
  void Saw(const YAML::Node& node, const std::string& path);

  /// `FILE:LINE: path: what`, in order of line.
  std::vector<std::string> Lines() const;
  bool empty() const { return problems_.empty(); }

 private:
  std::string file_;
  std::map<std::string, int> lines_;
  std::multimap<int, std::string> problems_;  // by line, from 1; 0: unknown
};

/// Names that an enumeration's values have in a file: without the common prefix, in lower case. In
/// order of number, `_UNSPECIFIED` left out.
std::vector<std::string> EnumNames(const google::protobuf::EnumDescriptor& type);

/// Reads a mapping into a message: its fields are the schema. Unknown and repeated keys and wrong
/// types are reported.
void ReadYaml(const YAML::Node& node, const std::string& path, google::protobuf::Message* message,
              YamlProblems* problems);

/// A scalar as a whole number, a number, a truth value or text; nothing if it is none.
std::optional<WireNumber> ReadInteger(const YAML::Node& node);
std::optional<double> ReadDouble(const YAML::Node& node);
std::optional<bool> ReadBool(const YAML::Node& node);

/// Reports keys of a mapping that are not in `known`, or come twice. False, and a report, if `node`
/// is no mapping.
bool CheckKeys(const YAML::Node& node, const std::string& path,
               const std::vector<std::string>& known, YamlProblems* problems);

}  // namespace efferent

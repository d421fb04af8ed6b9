#include "clients/archive/nwb/metadata_file.h"

#include <spdlog/fmt/fmt.h>
#include <yaml-cpp/yaml.h>

#include <map>
#include <vector>

#include "clients/session/errors.h"

namespace efferent::archive {
namespace {

std::string TextOf(const YAML::Node& node, const std::string& field) {
  if (!node.IsScalar()) throw InputError(fmt::format("`{}` must be text", field));
  return node.Scalar();
}

std::vector<std::string> TextsOf(const YAML::Node& node, const std::string& field) {
  std::vector<std::string> texts;
  if (!node.IsSequence()) return {TextOf(node, field)};
  for (const YAML::Node& item : node) texts.push_back(TextOf(item, field));
  return texts;
}

using Texts = std::map<std::string, std::string*>;
using Lists = std::map<std::string, std::vector<std::string>*>;

void ReadFields(const YAML::Node& node, const std::string& prefix, const Texts& texts,
                const Lists& lists) {
  if (!node.IsMap()) throw InputError(fmt::format("{}must be names and values", prefix));
  for (const auto& entry : node) {
    const std::string name = entry.first.Scalar();
    if (prefix.empty() && name == "subject") continue;
    if (const auto text = texts.find(name); text != texts.end()) {
      const std::string value = TextOf(entry.second, prefix + name);
      if (text->second->empty()) *text->second = value;
    } else if (const auto list = lists.find(name); list != lists.end()) {
      const std::vector<std::string> values = TextsOf(entry.second, prefix + name);
      if (list->second->empty()) *list->second = values;
    } else {
      std::vector<std::string> known;
      for (const auto& [key, value] : texts) known.push_back(key);
      for (const auto& [key, value] : lists) known.push_back(key);
      throw InputError(fmt::format("`{}{}` is unknown; there are {}{}", prefix, name,
                                   fmt::join(known, ", "), prefix.empty() ? ", subject" : ""));
    }
  }
}

}  // namespace

void ReadMetadata(const std::string& path, FileDescription* description) {
  FileDescription& d = *description;
  const Texts general{{"session_description", &d.session_description},
                      {"experiment_description", &d.experiment_description},
                      {"institution", &d.institution},
                      {"lab", &d.lab}};
  const Lists lists{{"experimenter", &d.experimenters}, {"keywords", &d.keywords}};
  // Not the subject's id: that is the session's code.
  const Texts subject{{"species", &d.species},
                      {"age", &d.age},
                      {"sex", &d.sex},
                      {"strain", &d.strain},
                      {"genotype", &d.genotype},
                      {"weight", &d.weight},
                      {"description", &d.subject_description}};
  try {
    const YAML::Node root = YAML::LoadFile(path);
    ReadFields(root, "", general, lists);
    if (const YAML::Node node = root["subject"]) ReadFields(node, "subject.", subject, {});
  } catch (const std::exception& error) {
    throw InputError(fmt::format("--metadata {}: {}", path, error.what()));
  }
}

}  // namespace efferent::archive

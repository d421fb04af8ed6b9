#include "tests/architecture/source_tree.h"

#include <array>
#include <fstream>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string_view>

namespace efferent {
namespace {

constexpr std::array kRooms{"proto", "decoder", "files", "server", "clients", "tests", "deploy"};

// Leaves out what lies in comments; `in_block` carries an open /* from line to line.
std::string WithoutComments(std::string_view line, bool* in_block) {
  std::string code;
  bool in_string = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    if (*in_block) {
      if (rest.starts_with("*/")) {
        *in_block = false;
        ++i;
      }
    } else if (!in_string && rest.starts_with("/*")) {
      *in_block = true;
      ++i;
    } else if (!in_string && rest.starts_with("//")) {
      break;
    } else {
      if (line[i] == '"') in_string = !in_string;
      code += line[i];
    }
  }
  return code;
}

std::optional<IncludeDirective> ParseDirective(const std::string& code, bool is_proto) {
  static const std::regex kInclude(R"re(^\s*#\s*include\s*(["<])([^">]+)[">].*)re");
  static const std::regex kImport(R"re(^\s*import\s+(?:public\s+|weak\s+)?(")([^"]+)".*)re");
  std::smatch match;
  if (!std::regex_match(code, match, is_proto ? kImport : kInclude)) return std::nullopt;
  IncludeDirective directive;
  directive.path = match[2];
  directive.quoted = match[1] == "\"";
  return directive;
}

void ReadDirectives(const std::filesystem::path& path, const std::string& name, SourceTree* tree) {
  std::ifstream stream(path);
  std::string line;
  bool in_block = false;
  for (int number = 1; std::getline(stream, line); ++number) {
    auto directive = ParseDirective(WithoutComments(line, &in_block), name.ends_with(".proto"));
    if (!directive) continue;
    directive->file = name;
    directive->line = number;
    tree->includes.push_back(*std::move(directive));
  }
}

}  // namespace

SourceTree ReadSourceTree(const std::filesystem::path& root) {
  SourceTree tree;
  for (const char* room : kRooms) {
    if (!std::filesystem::is_directory(root / room)) continue;
    tree.folders.insert(room);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / room)) {
      const std::string name = entry.path().lexically_relative(root).generic_string();
      (entry.is_directory() ? tree.folders : tree.files).insert(name);
    }
  }
  if (tree.folders.empty()) {
    throw std::runtime_error("no room of the project below " + root.string());
  }
  for (const std::string& name : tree.files) {
    const std::string extension = std::filesystem::path(name).extension().string();
    if (extension == ".h" || extension == ".cc" || extension == ".in" || extension == ".proto") {
      ReadDirectives(root / name, name, &tree);
    }
  }
  return tree;
}

}  // namespace efferent

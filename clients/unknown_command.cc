#include "clients/unknown_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "clients/control/closest_name.h"
#include "clients/report/input_error.h"

namespace efferent {
namespace {

std::vector<std::string> NamesOfCommands(const CLI::App& app) {
  std::vector<std::string> names;
  const auto any = [](const CLI::App*) { return true; };
  for (const CLI::App* command : app.get_subcommands(any)) names.push_back(command->get_name());
  return names;
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  const auto found =
      app.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

}  // namespace

void RefuseUnknownCommand(const CLI::App& app, int argc, const char* const* argv) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  // What asks for a command takes no options of its own but --help and --version.
  for (int i = 1; i < argc && command->get_require_subcommand_min() > 0; ++i) {
    const std::string word = argv[i];
    if (word.starts_with('-')) return;
    const CLI::App* named = FindCommand(*command, word);
    if (named == nullptr) {
      const std::vector<std::string> names = NamesOfCommands(*command);
      const auto meant = control::ClosestName(word, names);
      throw InputError(
          fmt::format("`{0}` is no command of {1}; {2}. `{1} --help` says more", word, path,
                      meant ? fmt::format("did you mean `{} {}`", path, *meant)
                            : fmt::format("its commands are {}", fmt::join(names, ", "))));
    }
    command = named;
    path += ' ' + word;
  }
}

}  // namespace efferent

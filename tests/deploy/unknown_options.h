#pragma once

#include <string>
#include <vector>

namespace efferent::test {

/// Which options (`--name`) of a command line the program's own --help does not know.
/// `command` begins with `efferentd`, or with `efferent` and a subcommand.
std::vector<std::string> UnknownOptions(const std::vector<std::string>& command);

}  // namespace efferent::test

#pragma once

#include <string>
#include <utility>
#include <vector>

namespace efferent {

/// Arguments as they can be typed into a shell again: quoted where it would read them otherwise.
std::string ShellLine(const std::vector<std::string>& arguments);

/// How a report came about, as terms and texts for HtmlPage::AddFacts: `made` (date and time, UTC),
/// `program` (its name and `version`) and `command` (this process's command line).
std::vector<std::pair<std::string, std::string>> RunFacts(const std::string& version);

}  // namespace efferent

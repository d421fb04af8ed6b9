#pragma once

#include <filesystem>
#include <string>

namespace efferent {

/// Looks through the write-ahead log of the database `file`, before SQLite opens it: SQLite takes what comes before
/// the first damaged frame and drops the rest without a word. Returns what is lost; empty: nothing, as far as
/// can be seen. A log that ends in the midst of a write, as it does when a server is killed, has lost nothing that was
/// committed, unless the index beside it knows of more. Format: https://www.sqlite.org/fileformat2.html#walformat
std::string DescribeWalDamage(const std::filesystem::path& file);

}  // namespace efferent

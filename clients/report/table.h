#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace efferent {

/// A plain-text table with aligned columns: the first to the left, the others to the right. Colours
/// (terminal_text.h) take no room.
///   trials                    n   median deg
///   ------------------------------------
///   baselineEvaluation#1    160         16.4
class Table {
 public:
  /// `num_left`: so many columns are aligned to the left.
  explicit Table(std::vector<std::string> header, std::size_t num_left = 1);

  /// Adds a row; missing cells are empty.
  /// @throws std::invalid_argument if there are more cells than columns.
  void AddRow(std::vector<std::string> cells);

  /// The table, each line ended by a newline, without spaces at the ends of lines.
  std::string ToString() const;

 private:
  std::size_t num_left_;
  std::vector<std::vector<std::string>> rows_;  // The first is the header.
};

}  // namespace efferent

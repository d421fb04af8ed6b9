#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/report/chart.h"

namespace efferent {

/// `text`, as PrintableLines shows it, so that a browser takes no part of it for markup.
std::string HtmlEscaped(std::string_view text);

/// A cell of an HtmlTable.
struct HtmlCell {
  HtmlCell(std::string shown) : text(std::move(shown)) {}  // NOLINT: text is a cell.
  HtmlCell(const char* shown) : text(shown) {}             // NOLINT: text is a cell.
  HtmlCell(std::string shown, std::string small, bool marked)
      : text(std::move(shown)), note(std::move(small)), best(marked) {}

  std::string text;
  std::string note;   ///< Small, below it: an interval.
  bool best = false;  ///< Marked as the best of its row.
};

/// A table: the first column to the left, the others to the right in figures of equal width.
struct HtmlTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<HtmlCell>> rows;
  bool all_left = false;     ///< Every column to the left: words, not figures.
  std::size_t num_keys = 1;  ///< Columns that say what a row is.
};

/// One HTML file that needs nothing else: no network, no script, style and charts inside. All text
/// is escaped. Parts appear in the order in which they are added.
class HtmlPage {
 public:
  explicit HtmlPage(std::string title) : title_(std::move(title)) {}

  /// `level`: 2 (a section, listed in the contents) or 3.
  void AddHeading(int level, const std::string& text);
  void AddParagraph(const std::string& text);
  void AddList(const std::vector<std::string>& items);
  /// Terms and what is to be said of each.
  void AddFacts(const std::vector<std::pair<std::string, std::string>>& facts);
  /// A table of more columns than a screen of 1,400 pixels holds becomes several, each with the key columns.
  /// @throws std::invalid_argument if a row is longer than the header.
  void AddTable(const HtmlTable& table);
  /// Charts side by side, `columns` of them in a row, with one legend for all their named series above
  /// and a caption below. gnuplot draws each.
  /// @throws as ChartScript and DrawPlot.
  void AddCharts(const std::vector<Chart>& charts, int columns, const std::string& caption);
  /// A part that is folded until somebody wants it.
  void BeginDetails(const std::string& summary);
  void EndDetails();

  /// The whole file.
  std::string ToString() const;

 private:
  void AddWholeTable(const HtmlTable& table);

  std::string title_;
  std::string body_;
  std::vector<std::string> sections_;
  int num_charts_ = 0;
};

}  // namespace efferent

#include "clients/report/table.h"

#include <algorithm>
#include <stdexcept>

#include "clients/report/terminal_text.h"

namespace efferent {
namespace {

constexpr const char* kGap = "   ";

}  // namespace

Table::Table(std::vector<std::string> header, std::size_t num_left) : num_left_(num_left) {
  rows_.push_back(std::move(header));
}

void Table::AddRow(std::vector<std::string> cells) {
  if (cells.size() > rows_.front().size()) {
    throw std::invalid_argument("a table row has more cells than the header");
  }
  cells.resize(rows_.front().size());
  rows_.push_back(std::move(cells));
}

std::string Table::ToString() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], NumColumns(row[i]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - NumColumns(row[i]), ' ');
      line += (i == 0 ? "" : kGap) + (i < num_left_ ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    if (&row == &rows_.front()) {
      std::size_t total = 3 * (widths.size() - 1);
      for (const std::size_t width : widths) total += width;
      text += std::string(total, '-') + '\n';
    }
  }
  return text;
}

}  // namespace efferent

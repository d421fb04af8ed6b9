#include "clients/report/plot_script.h"

#include <cmath>

#include "files/printable_text.h"

namespace efferent {
namespace {

// Longer text does not fit any picture.
constexpr std::size_t kMaxTextBytes = 400;

}  // namespace

void PlotRows::Add(std::initializer_list<double> row) {
  for (const double value : row) {
    text_ += std::isfinite(value) ? fmt::format("{:.8g} ", value) : "NaN ";
  }
  text_.back() = '\n';
  ++num_rows_;
}

PlotText PlotScript::AddText(std::string_view text) {
  // The block ends at a line that begins with EOD: the mark before the text keeps it from being one,
  // and PrintableText leaves no end of line within it.
  text_ += fmt::format("$b{} << EOD\n={}\nEOD\n", num_blocks_, PrintableText(text, kMaxTextBytes));
  return {num_blocks_++};
}

PlotData PlotScript::AddData(const PlotRows& rows) {
  text_ +=
      fmt::format("$b{} << EOD\n{}EOD\n", num_blocks_, rows.empty() ? "NaN NaN NaN\n" : rows.text_);
  return {num_blocks_++};
}

}  // namespace efferent

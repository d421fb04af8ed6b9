// Text of recordings, servers and users in all that clients show: terminal, page, picture, JSON, shell line.
// Whatever the text, it stays text: no control byte, the same structure, the same value read back.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "clients/report/chart.h"
#include "clients/report/gnuplot.h"
#include "clients/report/html_page.h"
#include "clients/report/plot_script.h"
#include "clients/report/result_row.h"
#include "clients/report/table.h"
#include "files/printable_text.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/hostile_text.h"

namespace efferent::test {
namespace {

// gnuplot is a process each time: every so many inputs.
constexpr int kDrawnEvery = 500;

std::string Marker() {
  return (std::filesystem::temp_directory_path() / "efferent_fuzz_executed").string();
}

void ShowOnTerminal(const std::string& text) {
  const std::string line = PrintableText(text);
  const bool has_control = std::any_of(line.begin(), line.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  Promise(!has_control, "no control byte reaches the terminal", line);
  Promise(line.find("\xc2\x9b") == std::string::npos, "nor does one of C1", line);
  Promise(PrintableText(line) == line, "what is printable stays as it is", line);
  Promise(nlohmann::json(line).dump().size() >= 2, "what is printable is UTF-8", line);
  Promise(PrintableText(text, 7).size() <= 7, "text is no longer than allowed", line);
  Table table({"name", "n"});
  table.AddRow({line, "1"});
  const std::string shown = table.ToString();
  Promise(std::count(shown.begin(), shown.end(), '\n') == 3, "a cell is one line", shown);
}

// A page without what stands between its tags.
std::string Skeleton(const std::string& html) {
  std::string skeleton;
  bool in_tag = false;
  for (const char c : html) {
    if (c == '<') in_tag = true;
    if (in_tag) skeleton += c;
    if (c == '>') in_tag = false;
    if (skeleton.ends_with("<wbr>")) skeleton.resize(skeleton.size() - 5);
  }
  return skeleton;
}

std::string PageWith(const std::string& text) {
  HtmlPage page(text);
  page.AddHeading(2, text);
  page.AddHeading(3, text);
  page.AddParagraph(text);
  page.AddList({text});
  page.AddFacts({{text, text}});
  page.AddTable({text, {text}, {{HtmlCell(text, "n" + text, true)}}, false});
  page.BeginDetails(text);
  page.EndDetails();
  return page.ToString();
}

void ShowOnPage(const std::string& text) {
  static const std::string plain = Skeleton(PageWith("plain"));
  Promise(text.empty() || Skeleton(PageWith(text)) == plain, "a page keeps its structure", text);
}

Chart ChartWith(const std::string& text) {
  Chart chart;
  chart.title = chart.x_label = chart.y_label = "t" + text;
  chart.phases = {{0.0, 1.0, text}};
  ChartSeries series;
  series.name = "n" + text;
  series.x = series.y = {0.0, 1.0};
  chart.series = {series};
  return chart;
}

// A script without the text that it holds as data.
std::string Commands(const std::string& script) {
  std::string commands;
  std::size_t begin = 0;
  while (begin < script.size()) {
    const std::size_t end = script.find('\n', begin);
    const std::string line = script.substr(begin, end - begin);
    commands += line.starts_with('=') ? "=" : line;
    commands += '\n';
    begin = end == std::string::npos ? script.size() : end + 1;
  }
  return commands;
}

void ShowInPicture(const std::string& text) {
  static const std::string plain = Commands(ChartScript(ChartWith("plain")).text());
  const PlotScript script = ChartScript(ChartWith(text));
  Promise(Commands(script.text()) == plain, "text adds nothing to a script", script.text());
  static int number = 0;
  if (number++ % kDrawnEvery != 0) return;
  const std::string svg = DrawPlot(script, PlotFormat::kSvg);
  Promise(svg.find("</svg>") != std::string::npos, "a picture is drawn", svg);
  Promise(!std::filesystem::exists(Marker()), "nothing is executed", text);
}

void ShowAsJson(const std::string& text) {
  const std::string json = ResultRowsJson({{text, text, text, text, 1.0, 1}});
  const auto rows = nlohmann::json::parse(json);
  Promise(rows.size() == 1 && rows[0].size() == 10, "a row stays a row", json);
  if (PrintableText(text) == text) {
    Promise(rows[0].at("condition") == text, "text is read back", json);
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() { return HostileTexts(Marker()); }

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent::test;
  const std::string text(reinterpret_cast<const char*>(data), size);
  ShowOnTerminal(text);
  ShowOnPage(text);
  ShowInPicture(text);
  ShowAsJson(text);
  return 0;
}

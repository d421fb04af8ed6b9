#include "clients/report/html_page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

#include "files/printable_text.h"

namespace efferent {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1360px; padding: 32px 28px 64px; background: #fff; color: #1d2329;
  overflow-wrap: anywhere;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 20px; margin: 44px 0 10px; padding-top: 14px; border-top: 1px solid #d9dee3; }
h3 { font-size: 16px; margin: 26px 0 8px; }
p, ul { max-width: 82ch; margin: 8px 0 12px; }
nav { margin: 14px 0 4px; color: #5b6670; }
nav a { color: #0b5e94; text-decoration: none; margin-right: 18px; }
nav a:hover { text-decoration: underline; }
.scroll { overflow-x: auto; margin: 14px 0 18px; }
table { border-collapse: collapse; font-size: 14px; }
caption { caption-side: top; text-align: left; color: #5b6670; padding: 0 0 6px; }
th, td { padding: 5px 10px; text-align: right; vertical-align: top; }
th { max-width: 18ch; overflow-wrap: break-word; }
td { white-space: nowrap; }
td:first-child, td small { white-space: normal; }
th:first-child, td:first-child { min-width: 11ch; max-width: 40ch; }
th { font-weight: 600; border-bottom: 2px solid #aeb8c0; vertical-align: bottom; }
td { border-bottom: 1px solid #e6eaed; font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, table.words th, table.words td { text-align: left; }
table.words td { white-space: normal; }
tbody tr:hover td { background: #f5f8fa; }
td.best { font-weight: 700; background: #e3f2e8; }
tbody tr:hover td.best { background: #d5ebdd; }
td small { display: block; color: #6a747d; font-size: 11.5px; font-weight: 400; line-height: 1.25; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; margin: 12px 0 18px; }
dt { color: #5b6670; }
dd { margin: 0; max-width: 80ch; overflow-wrap: anywhere; }
figure { margin: 16px 0 22px; }
.charts { display: grid; gap: 14px 18px; }
.charts svg { width: 100%; height: auto; display: block; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 0 0 8px; font-size: 13.5px; }
.legend i { display: inline-block; width: 20px; height: 3px; margin-right: 7px;
  vertical-align: middle; border-radius: 1px; }
.legend i.dashed { background: none !important; height: 0; border-top: 3px dashed; }
.legend i.band { height: 11px; opacity: 0.3; }
figcaption { color: #5b6670; font-size: 13.5px; max-width: 90ch; margin-top: 4px; }
details { margin: 12px 0; border: 1px solid #d9dee3; border-radius: 6px; padding: 0 14px; }
summary { cursor: pointer; padding: 9px 0; font-weight: 600; }
@media (max-width: 760px) { .charts { grid-template-columns: 1fr !important; } }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; }
  figure, table { break-inside: avoid; } details > * { display: block; } }
)";

// Ids are the document's, and every chart of gnuplot's has the same ones. Text between tags is left alone.
std::string WithPrefixedIds(const std::string& svg, const std::string& prefix) {
  constexpr std::array<std::string_view, 5> kLeads = {"id='", "id=\"", "href='#", "href=\"#",
                                                      "url(#"};
  std::string prefixed;
  bool in_tag = false;
  for (std::size_t at = 0; at < svg.size(); ++at) {
    if (svg[at] == '<') in_tag = true;
    if (svg[at] == '>') in_tag = false;
    const std::string_view rest = std::string_view(svg).substr(at);
    const auto lead = std::find_if(kLeads.begin(), kLeads.end(),
                                   [&](std::string_view l) { return rest.starts_with(l); });
    if (!in_tag || lead == kLeads.end()) {
      prefixed += svg[at];
      continue;
    }
    prefixed.append(*lead).append(prefix);
    at += lead->size() - 1;
  }
  return prefixed;
}

std::string InlineSvg(const Chart& chart, int number) {
  const std::string svg = DrawPlot(ChartScript(chart), PlotFormat::kSvg, chart.size);
  const std::size_t start = svg.find("<svg");
  if (start == std::string::npos) throw std::runtime_error("gnuplot wrote no SVG");
  return WithPrefixedIds(svg.substr(start), fmt::format("c{}-", number));
}

// Columns of figures with their intervals that fit into a page side by side.
constexpr std::size_t kMaxColumns = 14;

// A table, or several of at most kMaxColumns, each with the key columns.
std::vector<HtmlTable> FittingParts(const HtmlTable& table) {
  for (const std::vector<HtmlCell>& row : table.rows) {
    if (row.size() > table.header.size()) {
      throw std::invalid_argument("a table row has more cells than the header");
    }
  }
  if (table.header.size() <= kMaxColumns) return {table};
  const std::size_t num_keys = table.num_keys;
  const std::size_t num_figures = table.header.size() - num_keys;
  const std::size_t num_parts = (num_figures - 1) / (kMaxColumns - num_keys) + 1;
  const std::size_t per_part = (num_figures - 1) / num_parts + 1;
  const auto add_part = [&](const auto& cells, std::size_t part, auto* to) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool is_key = i < num_keys;
      if (is_key || (i - num_keys) / per_part == part) to->push_back(cells[i]);
    }
  };
  std::vector<HtmlTable> parts(num_parts);
  for (std::size_t part = 0; part < num_parts; ++part) {
    parts[part].caption = fmt::format("{} ({} of {})", table.caption, part + 1, num_parts);
    parts[part].all_left = table.all_left;
    add_part(table.header, part, &parts[part].header);
    for (const auto& row : table.rows) add_part(row, part, &parts[part].rows.emplace_back());
  }
  return parts;
}

// A long name may be broken after an underscore.
std::string Breakable(const std::string& escaped) {
  std::string text;
  for (const char c : escaped) text += c == '_' ? "_<wbr>" : std::string(1, c);
  return text;
}

const char* LegendClass(SeriesKind kind) {
  switch (kind) {
    case SeriesKind::kDashed:
      return "dashed";
    case SeriesKind::kBand:
      return "band";
    default:
      return "line";
  }
}

// Every name once, in order of appearance.
std::string Legend(const std::vector<Chart>& charts) {
  std::set<std::string> known;
  std::string text;
  for (const Chart& chart : charts) {
    for (const ChartSeries& series : chart.series) {
      if (series.name.empty() || !known.insert(series.name).second) continue;
      text += fmt::format(
          "<span><i class=\"{}\" style=\"background: {}; border-color: {}\"></i>{}</span>",
          LegendClass(series.kind), series.color.text, series.color.text, HtmlEscaped(series.name));
    }
  }
  return text.empty() ? text : fmt::format("<div class=\"legend\">{}</div>\n", text);
}

}  // namespace

std::string HtmlEscaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : PrintableLines(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

void HtmlPage::AddHeading(int level, const std::string& text) {
  if (level != 2) {
    body_ += fmt::format("<h3>{}</h3>\n", HtmlEscaped(text));
    return;
  }
  sections_.push_back(text);
  body_ += fmt::format("<h2 id=\"s{}\">{}</h2>\n", sections_.size(), HtmlEscaped(text));
}

void HtmlPage::AddParagraph(const std::string& text) {
  body_ += fmt::format("<p>{}</p>\n", HtmlEscaped(text));
}

void HtmlPage::AddList(const std::vector<std::string>& items) {
  body_ += "<ul>\n";
  for (const std::string& item : items) body_ += fmt::format("<li>{}</li>\n", HtmlEscaped(item));
  body_ += "</ul>\n";
}

void HtmlPage::AddFacts(const std::vector<std::pair<std::string, std::string>>& facts) {
  body_ += "<dl>\n";
  for (const auto& [term, text] : facts) {
    body_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", HtmlEscaped(term), HtmlEscaped(text));
  }
  body_ += "</dl>\n";
}

void HtmlPage::AddTable(const HtmlTable& table) {
  for (const HtmlTable& part : FittingParts(table)) AddWholeTable(part);
}

void HtmlPage::AddWholeTable(const HtmlTable& table) {
  body_ +=
      fmt::format("<div class=\"scroll\"><table{}>\n", table.all_left ? " class=\"words\"" : "");
  if (!table.caption.empty()) {
    body_ += fmt::format("<caption>{}</caption>\n", HtmlEscaped(table.caption));
  }
  body_ += "<thead><tr>";
  for (const std::string& name : table.header) {
    body_ += fmt::format("<th scope=\"col\">{}</th>", Breakable(HtmlEscaped(name)));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<HtmlCell>& row : table.rows) {
    body_ += "<tr>";
    for (const HtmlCell& cell : row) {
      body_ += cell.best ? "<td class=\"best\">" : "<td>";
      body_ += HtmlEscaped(cell.text);
      if (!cell.note.empty()) body_ += fmt::format("<small>{}</small>", HtmlEscaped(cell.note));
      body_ += "</td>";
    }
    for (std::size_t i = row.size(); i < table.header.size(); ++i) body_ += "<td></td>";
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void HtmlPage::AddCharts(const std::vector<Chart>& charts, int columns,
                         const std::string& caption) {
  body_ += fmt::format(
      "<figure>{}<div class=\"charts\" style=\"grid-template-columns: repeat({}, minmax(0, "
      "1fr))\">\n",
      Legend(charts), std::max(1, columns));
  for (const Chart& chart : charts) body_ += InlineSvg(chart, ++num_charts_) + '\n';
  body_ += "</div>\n";
  if (!caption.empty()) {
    body_ += fmt::format("<figcaption>{}</figcaption>\n", HtmlEscaped(caption));
  }
  body_ += "</figure>\n";
}

void HtmlPage::BeginDetails(const std::string& summary) {
  body_ += fmt::format("<details><summary>{}</summary>\n", HtmlEscaped(summary));
}

void HtmlPage::EndDetails() { body_ += "</details>\n"; }

std::string HtmlPage::ToString() const {
  std::string contents;
  for (std::size_t i = 0; i < sections_.size(); ++i) {
    contents += fmt::format("<a href=\"#s{}\">{}</a> ", i + 1, HtmlEscaped(sections_[i]));
  }
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}{3}"
      "</body>\n</html>\n",
      HtmlEscaped(title_), kStyle, contents.empty() ? "" : "<nav>" + contents + "</nav>\n", body_);
}

}  // namespace efferent

#include "clients/report/html_page.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <stdexcept>

namespace efferent {
namespace {

constexpr std::string_view kStyle = R"(
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1120px; padding: 32px 28px 64px; background: #fff; color: #1d2329;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Liberation Sans", Arial, sans-serif; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 20px; margin: 44px 0 10px; padding-top: 14px; border-top: 1px solid #d9dee3; }
h3 { font-size: 16px; margin: 26px 0 8px; }
p, ul { max-width: 82ch; margin: 8px 0 12px; }
nav { margin: 14px 0 4px; color: #5b6670; }
nav a { color: #0b5e94; text-decoration: none; margin-right: 18px; white-space: nowrap; }
nav a:hover { text-decoration: underline; }
.scroll { overflow-x: auto; margin: 14px 0 18px; }
table { border-collapse: collapse; font-size: 14px; }
caption { caption-side: top; text-align: left; color: #5b6670; padding: 0 0 6px; }
th, td { padding: 5px 12px; text-align: right; vertical-align: top; white-space: nowrap; }
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

std::string WithPrefixedIds(std::string svg, const std::string& prefix) {
  // Ids are the document's, and every chart of gnuplot's has the same ones.
  for (const std::string lead : {"id='", "id=\"", "href='#", "href=\"#", "url(#"}) {
    for (std::size_t at = svg.find(lead); at != std::string::npos;
         at = svg.find(lead, at + lead.size() + prefix.size())) {
      svg.insert(at + lead.size(), prefix);
    }
  }
  return svg;
}

std::string InlineSvg(const Chart& chart, int number) {
  const std::string svg = RenderSvg(ChartScript(chart), chart.size);
  const std::size_t start = svg.find("<svg");
  if (start == std::string::npos) throw std::runtime_error("gnuplot wrote no SVG");
  return WithPrefixedIds(svg.substr(start), fmt::format("c{}-", number));
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
          LegendClass(series.kind), HtmlEscaped(series.color), HtmlEscaped(series.color),
          HtmlEscaped(series.name));
    }
  }
  return text.empty() ? text : fmt::format("<div class=\"legend\">{}</div>\n", text);
}

}  // namespace

std::string HtmlEscaped(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  for (const char c : text) {
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
  body_ +=
      fmt::format("<div class=\"scroll\"><table{}>\n", table.all_left ? " class=\"words\"" : "");
  if (!table.caption.empty()) {
    body_ += fmt::format("<caption>{}</caption>\n", HtmlEscaped(table.caption));
  }
  body_ += "<thead><tr>";
  for (const std::string& name : table.header) {
    body_ += fmt::format("<th scope=\"col\">{}</th>", HtmlEscaped(name));
  }
  body_ += "</tr></thead>\n<tbody>\n";
  for (const std::vector<HtmlCell>& row : table.rows) {
    if (row.size() > table.header.size()) {
      throw std::invalid_argument("a table row has more cells than the header");
    }
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

void HtmlPage::Write(const std::string& path) const {
  const std::string unfinished = path + ".part";
  {
    std::ofstream file(unfinished);
    file << ToString();
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    std::remove(unfinished.c_str());
    throw std::runtime_error("cannot write " + path);
  }
}

}  // namespace efferent

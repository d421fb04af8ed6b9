#include "clients/report/html_page.h"

#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <cmath>
#include <limits>

namespace efferent {
namespace {

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Chart SmallChart(const std::string& name) {
  Chart chart;
  chart.title = name;
  chart.x_label = "x";
  chart.y_label = "y";
  ChartSeries line;
  line.name = name;
  line.color = PaletteColor(0);
  line.x = {0, 1, 2};
  line.y = {1, std::numeric_limits<double>::quiet_NaN(), 3};
  ChartSeries band = line;
  band.kind = SeriesKind::kBand;
  band.name = "";
  band.y = {0, 1, 2};
  band.y_high = {2, 3, 4};
  chart.series = {band, line};
  return chart;
}

TEST(HtmlPage, EscapesEverythingThatIsAdded) {
  const std::string bad = "<b a='1' c=\"2\">&";
  HtmlPage page(bad);
  page.AddHeading(2, bad);
  page.AddHeading(3, bad);
  page.AddParagraph(bad);
  page.AddList({bad});
  page.AddFacts({{bad, bad}});
  page.AddTable({bad, {bad}, {{HtmlCell(bad, bad, true)}}, false});
  page.BeginDetails(bad);
  page.EndDetails();
  page.AddCharts({SmallChart(bad)}, 1, bad);
  const std::string html = page.ToString();
  EXPECT_EQ(html.find("<b a="), std::string::npos);
  EXPECT_GE(Count(html, "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;"), 13);
}

TEST(HtmlPage, MarksTheBestAndFillsShortRows) {
  HtmlPage page("t");
  page.AddTable({"", {"a", "b", "c"}, {{"x", HtmlCell("1", "0 to 2", true)}}, false});
  const std::string html = page.ToString();
  EXPECT_NE(html.find("<td>x</td><td class=\"best\">1<small>0 to 2</small></td><td></td>"),
            std::string::npos);
  EXPECT_THROW(page.AddTable({"", {"a"}, {{"x", "y"}}, false}), std::invalid_argument);
}

TEST(HtmlPage, ATableThatIsTooWideForAScreenBecomesSeveralWithTheKeyInEach) {
  HtmlTable table{"Error", {"condition"}, {{"all"}}, false};
  for (int i = 0; i < 30; ++i) {
    table.header.push_back(fmt::format("d{}", i));
    table.rows[0].emplace_back(std::to_string(i));
  }
  HtmlPage page("t");
  page.AddTable(table);
  const std::string html = page.ToString();
  // 30 columns beside the key, at most 13 of them in a table.
  EXPECT_EQ(Count(html, "<table"), 3);
  EXPECT_EQ(Count(html, "<td>all</td>"), 3);
  EXPECT_EQ(Count(html, "<th scope=\"col\">d"), 30);
  EXPECT_EQ(Count(html, "(2 of 3)"), 1);
}

TEST(HtmlPage, ChartsAreInsideWithIdsOfTheirOwnAndOneLegend) {
  HtmlPage page("t");
  page.AddCharts({SmallChart("one"), SmallChart("one"), SmallChart("two")}, 2, "");
  const std::string html = page.ToString();
  EXPECT_EQ(Count(html, "<svg"), 3);
  EXPECT_EQ(Count(html, "</i>one</span>"), 1);
  EXPECT_EQ(Count(html, "</i>two</span>"), 1);
  EXPECT_EQ(Count(html, "id=\"c1-gnuplot_plot_1\""), 1);
  EXPECT_EQ(Count(html, "id=\"c3-gnuplot_plot_1\""), 1);
  EXPECT_EQ(html.find("<?xml"), std::string::npos);
}

TEST(HtmlPage, LinksToItsSections) {
  HtmlPage page("t");
  page.AddHeading(2, "Figures");
  page.AddHeading(3, "Part");
  const std::string html = page.ToString();
  EXPECT_NE(html.find("<a href=\"#s1\">Figures</a>"), std::string::npos);
  EXPECT_NE(html.find("<h2 id=\"s1\">Figures</h2>"), std::string::npos);
  EXPECT_EQ(html.find("#s2"), std::string::npos);
}

TEST(Chart, WithoutDataSaysSoInsteadOfFailing) {
  Chart chart;
  chart.size = {300, 200};
  ChartSeries nothing;
  nothing.x = {1};
  nothing.y = {std::numeric_limits<double>::quiet_NaN()};
  chart.series = {nothing};
  HtmlPage page("t");
  page.AddCharts({chart}, 1, "");
  EXPECT_NE(page.ToString().find("no data"), std::string::npos);
}

TEST(Chart, SeriesOfDifferentLengthsAreRefusedByName) {
  Chart chart = SmallChart("odd");
  chart.series[1].x.push_back(4);
  EXPECT_THROW(ChartScript(chart), std::invalid_argument);
}

TEST(PhaseMarks, NamesThatWouldRunIntoTheNextStandHigher) {
  const std::vector<PlotPhase> phases = {{0, 10, "a long name that needs room"},
                                         {10, 20, "another long name here"},
                                         {20, 1000, "last"}};
  EXPECT_EQ(NameRows(phases, 1000), (std::vector<int>{2, 1, 0}));
  EXPECT_EQ(NameRows({{0, 500, "a"}, {500, 1000, "b"}}, 1000), (std::vector<int>{0, 0}));
  EXPECT_TRUE(NameRows({}, 1000).empty());
}

TEST(PhaseMarks, ManyPhasesAreNotMarked) {
  std::vector<PlotPhase> phases;
  for (int i = 0; i < 31; ++i) phases.push_back({i * 1.0, i + 1.0, "p"});
  PlotScript script;
  AddPhaseMarks(phases, 1000, 0.05, &script);
  EXPECT_TRUE(script.empty());
  phases.pop_back();
  AddPhaseMarks(phases, 1000, 0.05, &script);
  EXPECT_FALSE(script.empty());
}

}  // namespace
}  // namespace efferent

// Text of others in every place of a picture where text may stand, drawn by gnuplot itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/fmt/fmt.h>

#include <filesystem>
#include <string>

#include "clients/report/chart.h"
#include "clients/report/gnuplot.h"
#include "clients/report/html_page.h"
#include "files/printable_text.h"
#include "tests/hostile_text.h"
#include "tests/scratch_folder.h"

namespace efferent {
namespace {

using testing::HasSubstr;

// As gnuplot writes text into an SVG file: `>` and quotes need no escape in XML.
std::string XmlText(const std::string& text) {
  std::string xml;
  for (const char c : PrintableText(text)) {
    xml += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
  }
  return xml;
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

Chart ChartThatSays(const std::string& text) {
  Chart chart;
  chart.title = chart.x_label = chart.y_label = text;
  chart.phases = {{0.0, 1.0, text}, {1.0, 2.0, text}};
  ChartSeries series;
  series.name = text;
  series.x = {0.0, 1.0, 2.0};
  series.y = {1.0, 2.0, 3.0};
  chart.series = {series};
  return chart;
}

class HostilePlot : public testing::Test {
 protected:
  const ScratchFolder folder_;
  const std::string marker_ = (folder_.path() / "executed").string();
};

TEST_F(HostilePlot, NothingIsExecutedAndThePictureHoldsTheText) {
  for (const std::string& text : HostileTexts(marker_)) {
    const std::string svg = DrawPlot(ChartScript(ChartThatSays(text)), PlotFormat::kSvg);
    EXPECT_FALSE(std::filesystem::exists(marker_)) << text;
    // Title, both axes, two phases. The names of series are in the page's legend.
    EXPECT_EQ(Count(svg, fmt::format(">{}<", XmlText(text))), 5) << text << " in\n" << svg;
    EXPECT_THAT(svg, HasSubstr("</svg>"));
  }
}

TEST_F(HostilePlot, AKeyAndATitleHoldTheTextAndNothingIsExecuted) {
  for (const std::string& text : HostileTexts(marker_)) {
    PlotScript script;
    const PlotText name = script.AddText("n " + text);
    PlotRows rows;
    rows.Add({0.0, 1.0});
    rows.Add({1.0, 2.0});
    const PlotData data = script.AddData(rows);
    script.Add("set title {}\nplot {} with lines title {}\n", name, data, name);
    const std::string svg = DrawPlot(script, PlotFormat::kSvg);
    EXPECT_FALSE(std::filesystem::exists(marker_)) << text;
    // The title and the key.
    EXPECT_EQ(Count(svg, ">n " + XmlText(text) + "<"), 2) << text << " in\n" << svg;
  }
}

TEST_F(HostilePlot, APngIsDrawnAndNothingIsExecuted) {
  for (const std::string& text : HostileTexts(marker_)) {
    const std::string png = DrawPlot(ChartScript(ChartThatSays(text)), PlotFormat::kPng);
    EXPECT_EQ(png.substr(0, 4), "\x89PNG") << text;
    EXPECT_FALSE(std::filesystem::exists(marker_)) << text;
  }
}

TEST_F(HostilePlot, APageHoldsItOnceMoreWithoutAnyTagOfItsOwn) {
  for (const std::string& text : HostileTexts(marker_)) {
    HtmlPage page("t");
    page.AddCharts({ChartThatSays(text)}, 1, text);
    HtmlPage plain("t");
    plain.AddCharts({ChartThatSays("plain")}, 1, "plain");
    EXPECT_EQ(Count(page.ToString(), "<"), Count(plain.ToString(), "<")) << text;
    EXPECT_FALSE(std::filesystem::exists(marker_)) << text;
  }
}

// gnuplot quotes the text that it cannot parse when it fails.
TEST(Gnuplot, WhatItSaysWhenItFailsHoldsNoControlCharacter) {
  PlotScript script;
  script.Add("plot \x1b[31m nonsense\x07\n");
  try {
    DrawPlot(script, PlotFormat::kSvg);
    FAIL() << "it was drawn";
  } catch (const std::runtime_error& e) {
    const std::string said = e.what();
    EXPECT_THAT(said, HasSubstr("gnuplot says"));
    EXPECT_EQ(said, PrintableLines(said));
  }
}

TEST(PlotScript, TextIsOneLineOfABlockAndNoneOfTheCommands) {
  PlotScript script;
  const PlotText text = script.AddText("a\nEOD\nb");
  script.Add("set title {}\n", text);
  EXPECT_EQ(script.text(), "$b0 << EOD\n=a?EOD?b\nEOD\nset title $b0[1][2:*]\n");
}

TEST(PlotScript, WhatIsNotFiniteIsAGapAndNoRowsAreOne) {
  PlotScript script;
  PlotRows rows;
  rows.Add({1.0, std::numeric_limits<double>::infinity(), 0.125});
  script.AddData(rows);
  script.AddData({});
  EXPECT_EQ(script.text(), "$b0 << EOD\n1 NaN 0.125\nEOD\n$b1 << EOD\nNaN NaN NaN\nEOD\n");
}

}  // namespace
}  // namespace efferent

// The real Prometheus scrapes the real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/service/http_get.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

constexpr std::uint64_t kBins = 5;

class PrometheusTest : public testing::Test {
 protected:
  PrometheusTest()
      : folder_(ScratchFile() + ".d"), server_("127.0.0.1:0", {"--metrics-listen", "127.0.0.1:0"}) {
    std::filesystem::create_directory(folder_);
  }
  ~PrometheusTest() override { std::filesystem::remove_all(folder_); }

  /// What follows `text` in what the program writes, to the end of the word.
  static std::string WordAfter(const std::string& text, RunningProgram* program) {
    EXPECT_TRUE(program->Says(text)) << program->output();
    const std::string output = program->output();
    const std::size_t begin = output.find(text) + text.size();
    return output.substr(begin, output.find_first_of(" \n", begin) - begin);
  }

  void DecodeBins() {
    Clients clients(server_.address());
    ASSERT_TRUE(clients.Create("s", SmallConfig()).ok());
    auto acquisition = clients.Acquire("s");
    for (std::uint64_t n = 1; n <= kBins; ++n) ASSERT_TRUE(Send(acquisition.get(), OneBin(n)));
  }

  std::string folder_;
  RunningServer server_;
};

TEST_F(PrometheusTest, ScrapesAndAnswersWithTheSessionsNumbers) {
  DecodeBins();
  const std::string url = WordAfter("metrics on ", &server_);
  const std::size_t host = std::string("http://").size();
  std::ofstream(folder_ + "/prometheus.yml")
      << "global: {scrape_interval: 200ms}\nscrape_configs:\n- job_name: efferent\n"
      << "  static_configs: [{targets: [\"" << url.substr(host, url.rfind('/') - host) << "\"]}]\n";
  RunningProgram prometheus("/usr/bin/prometheus", {"--config.file=" + folder_ + "/prometheus.yml",
                                                    "--storage.tsdb.path=" + folder_ + "/data",
                                                    "--web.listen-address=127.0.0.1:0"});
  const std::string address = WordAfter("msg=\"Listening on\" address=", &prometheus);
  ASSERT_TRUE(prometheus.Says("Server is ready to receive web requests"));

  nlohmann::json result;
  EXPECT_TRUE(Eventually([&] {
    result = nlohmann::json::parse(HttpGet(
        "http://" + address + "/api/v1/query?query=efferent_bins_decoded_total"))["data"]["result"];
    return !result.empty();
  })) << prometheus.output();
  ASSERT_EQ(result.size(), 1u);
  EXPECT_EQ(result[0]["metric"]["session"], "s");
  EXPECT_EQ(result[0]["metric"]["decoder"], "snn");
  EXPECT_EQ(result[0]["value"][1], std::to_string(kBins));
  EXPECT_EQ(prometheus.End(), 0);
}

TEST_F(PrometheusTest, PromtoolHasNothingToSayAboutThePage) {
  DecodeBins();
  const std::string page = folder_ + "/page";
  std::ofstream(page) << HttpGet(WordAfter("metrics on ", &server_));
  const Outcome outcome = RunProgram("/bin/sh", {"-c", "promtool check metrics < " + page});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_EQ(outcome.output, "");
}

}  // namespace
}  // namespace efferent::test

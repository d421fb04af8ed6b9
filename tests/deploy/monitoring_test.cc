#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/programs/programs.h"
#include "tests/programs/running_program.h"
#include "tests/scratch_folder.h"
#include "tests/service/http_get.h"

namespace efferent::test {
namespace {

using Names = std::set<std::string>;

// Every `key` of the document, however deep.
void Gather(const nlohmann::json& json, const std::string& key, std::vector<std::string>* found) {
  if (json.is_object() && json.contains(key) && json[key].is_string()) {
    found->push_back(json[key].get<std::string>());
  }
  for (const auto& part : json) {
    if (part.is_structured()) Gather(part, key, found);
  }
}

// The names of metrics in an expression, histograms without their suffix.
Names NamesIn(const std::string& expression) {
  static const std::regex kName("\\b(efferent|process)_[a-z_]+");
  static const std::regex kSuffix("_(bucket|sum|count)$");
  Names names;
  for (std::sregex_iterator it(expression.begin(), expression.end(), kName), end; it != end; ++it) {
    names.insert(std::regex_replace(it->str(), kSuffix, ""));
  }
  return names;
}

// The families that a server shows.
Names NamesOnThePage() {
  const ScratchFolder folder;
  RunningServer server("127.0.0.1:0", {"--metrics-listen", "127.0.0.1:0", "--data-dir",
                                       (folder.path() / "data").string()});
  const std::string text = "metrics on ";
  EXPECT_TRUE(server.Says(text)) << server.output();
  const std::string output = server.output();
  const std::size_t url = output.find(text) + text.size();
  const std::string page = HttpGet(output.substr(url, output.find('\n', url) - url));
  static const std::regex kType("# TYPE ([a-z_]+) ");
  Names names;
  for (std::sregex_iterator it(page.begin(), page.end(), kType), end; it != end; ++it) {
    names.insert((*it)[1]);
  }
  return names;
}

TEST(Dashboard, AsksForMetricsThatTheServerHas) {
  const auto dashboard =
      nlohmann::json::parse(ReadFile(SourceDir() / "deploy/dashboards/efferent.json"));
  std::vector<std::string> queries;
  Gather(dashboard, "expr", &queries);
  Gather(dashboard, "query", &queries);
  ASSERT_GE(queries.size(), 20u);
  const Names there = NamesOnThePage();
  ASSERT_TRUE(there.contains("efferent_stage_duration_seconds"));
  EXPECT_FALSE(there.contains("efferent_no_such_metric"));
  for (const std::string& query : queries) {
    for (const std::string& name : NamesIn(query)) {
      EXPECT_TRUE(there.contains(name)) << name << " in " << query;
    }
  }
}

TEST(Dashboard, ShowsWhatTellsOfLostRecordsAndLostLearning) {
  const auto dashboard =
      nlohmann::json::parse(ReadFile(SourceDir() / "deploy/dashboards/efferent.json"));
  std::vector<std::string> queries;
  Gather(dashboard, "expr", &queries);
  Names shown;
  for (const std::string& query : queries) shown.merge(NamesIn(query));
  EXPECT_THAT(shown, testing::IsSupersetOf({"efferent_recording_ok", "efferent_records_lost_total",
                                            "efferent_recording_failed_batches_total",
                                            "efferent_learning_rollbacks_total",
                                            "efferent_labels_rejected_total"}));
}

TEST(Dashboard, EveryQueryIsPromQl) {
  const auto dashboard =
      nlohmann::json::parse(ReadFile(SourceDir() / "deploy/dashboards/efferent.json"));
  std::vector<std::string> queries;
  Gather(dashboard, "expr", &queries);
  nlohmann::json rules = nlohmann::json::array();
  for (std::size_t i = 0; i < queries.size(); ++i) {
    rules.push_back({{"record", "query:" + std::to_string(i)}, {"expr", queries[i]}});
  }
  const nlohmann::json file = {{"groups", {{{"name", "dashboard"}, {"rules", rules}}}}};
  const std::string path = ScratchFile();
  std::ofstream(path) << file;  // JSON is YAML
  const Outcome outcome = RunProgram("/usr/bin/promtool", {"check", "rules", path});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, testing::HasSubstr(std::to_string(queries.size()) + " rules found"));
  std::filesystem::remove(path);
}

TEST(ScrapeConfiguration, IsAcceptedByPrometheus) {
  const Outcome outcome = RunProgram(
      "/usr/bin/promtool", {"check", "config", (SourceDir() / "deploy/prometheus.yml").string()});
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
}

}  // namespace
}  // namespace efferent::test

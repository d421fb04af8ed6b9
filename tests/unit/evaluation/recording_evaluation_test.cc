#include "clients/evaluation/recording/recording_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "clients/evaluation/recording/recording_page.h"
#include "clients/evaluation/recording/recording_table.h"
#include "clients/session/errors.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent {
namespace {

using test::SyntheticParams;
using test::SyntheticRecording;

EvaluationSettings SmallSettings() {
  EvaluationSettings settings;
  settings.decoders = ChooseDecoders("snn,kalman", {"snn.num_neurons=8"});
  settings.num_threads = 1;
  return settings;
}

std::vector<RecordingEvaluation> Evaluate(std::vector<Recording>* recordings,
                                          const EvaluationSettings& settings) {
  return EvaluateRecordings(recordings, settings);
}

// Everything but how long it took.
std::vector<ResultRow> WithoutTimes(std::vector<ResultRow> rows) {
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [](const ResultRow& row) { return row.metric == "us_per_bin"; }),
             rows.end());
  return rows;
}

bool SameRow(const ResultRow& a, const ResultRow& b) {
  return a.decoder == b.decoder && a.condition == b.condition && a.protocol == b.protocol &&
         a.metric == b.metric && a.value == b.value && a.n == b.n && a.ci_low == b.ci_low &&
         a.ci_high == b.ci_high && a.seed == b.seed;
}

TEST(RecordingEvaluation, FiguresDoNotDependOnTheNumberOfThreads) {
  EvaluationSettings settings = SmallSettings();
  settings.seeds = {1, 2};
  std::vector<std::vector<ResultRow>> rows;
  for (const int threads : {1, 4}) {
    settings.num_threads = threads;
    std::vector<Recording> recordings(1, SyntheticRecording());
    rows.push_back(WithoutTimes(Evaluate(&recordings, settings).front().rows));
  }
  ASSERT_EQ(rows[0].size(), rows[1].size());
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    EXPECT_TRUE(SameRow(rows[0][i], rows[1][i])) << rows[0][i].metric;
  }
}

TEST(RecordingEvaluation, SilentChannelsLeaveADecoderNearChanceWhereTargetsCannotBeGuessed) {
  std::vector<Recording> recordings(1, SyntheticRecording());
  const auto evaluation = std::move(Evaluate(&recordings, SmallSettings()).front());
  const auto value = [&](const char* decoder, const std::string& protocol) {
    return FindRow(evaluation.rows, decoder, "second", protocol, "angle_median_deg")->value;
  };
  const std::string silent = std::string(kPrequentialName) + kSilentSuffix;
  EXPECT_LT(value("snn", kPrequentialName), 45.0);
  EXPECT_GT(value("snn", silent), 60.0);
  EXPECT_EQ(value("kalman", silent), 90.0) << "no evidence, no velocity";
}

TEST(RecordingEvaluation, DecoderOfTheDayStandsBesideTheOthers) {
  std::vector<Recording> recordings(1, SyntheticRecording());
  const auto rows = Evaluate(&recordings, SmallSettings()).front().rows;
  const ResultRow* row = FindRow(rows, "recorded", "all", kAsRecordedName, "angle_median_deg");
  ASSERT_NE(row, nullptr);
  EXPECT_NEAR(row->value, 90.0, 1e-6) << "the cursor's velocity, turned by 90 degrees";
}

TEST(RecordingEvaluation, SeveralSeedsHaveTheirMeanAndDecodersThatDrawNothingRunOnce) {
  EvaluationSettings settings = SmallSettings();
  settings.seeds = {3, 9, 11};
  std::vector<Recording> recordings(1, SyntheticRecording());
  const auto rows = Evaluate(&recordings, settings).front().rows;
  std::vector<double> values;
  const ResultRow* mean = nullptr;
  int of_kalman = 0;
  for (const ResultRow& row : rows) {
    if (row.condition != "all" || row.protocol != kPrequentialName ||
        row.metric != "angle_median_deg") {
      continue;
    }
    if (row.decoder == "kalman") ++of_kalman;
    if (row.decoder != "snn") continue;
    if (row.seed) {
      values.push_back(row.value);
    } else {
      mean = &row;
    }
  }
  ASSERT_EQ(values.size(), 3u);
  ASSERT_NE(mean, nullptr);
  EXPECT_NEAR(mean->value, (values[0] + values[1] + values[2]) / 3.0, 1e-9);
  EXPECT_NE(values[0], values[1]) << "another seed, other weights";
  EXPECT_EQ(mean->n, 3);
  EXPECT_TRUE(mean->ci_low && mean->ci_high);
  EXPECT_EQ(of_kalman, 1);
  EXPECT_EQ(FindRow(rows, "snn", "all", kPrequentialName, "angle_median_deg"), mean);
}

TEST(RecordingEvaluation, HoldoutScoresTheEndFrozenAndLearning) {
  EvaluationSettings settings = SmallSettings();
  settings.protocol = RecordingProtocol::kHoldout;
  settings.holdout = 0.26;  // 312 of 1200 bins: the first trial from bin 888 on starts at 900.
  std::vector<Recording> recordings(1, SyntheticRecording());
  const auto evaluation = std::move(Evaluate(&recordings, settings).front());
  EXPECT_EQ(evaluation.first_bin, 900);
  for (const char* protocol : {kHoldoutFrozenName, kHoldoutPrequentialName}) {
    const ResultRow* row = FindRow(evaluation.rows, "snn", "all", protocol, "angle_median_deg");
    ASSERT_NE(row, nullptr) << protocol;
    EXPECT_EQ(row->n, 15 * 18) << "fifteen trials, eighteen released bins each";
  }
  EXPECT_EQ(FindRow(evaluation.rows, "snn", "first", kHoldoutFrozenName, "angle_median_deg"),
            nullptr);
}

TEST(RecordingEvaluation, RefusesWhatCannotBeScored) {
  const auto refusal = [](Recording recording, const EvaluationSettings& settings) -> std::string {
    std::vector<Recording> recordings;
    recordings.push_back(std::move(recording));
    try {
      EvaluateRecordings(&recordings, settings);
    } catch (const InputError& e) {
      return e.what();
    }
    return "it was evaluated";
  };
  Recording without_position = SyntheticRecording();
  without_position.position_m.clear();
  without_position.velocity_m_s.clear();
  without_position.why_no_behavior = "no position";
  EXPECT_NE(refusal(without_position, SmallSettings()).find("no position"), std::string::npos);
  SyntheticParams params;
  params.has_target = false;
  EvaluationSettings by_target = SmallSettings();
  by_target.label = LabelSource::kTarget;
  EXPECT_NE(refusal(SyntheticRecording(params), by_target).find("no target"), std::string::npos);
  EvaluationSettings tiny = SmallSettings();
  tiny.protocol = RecordingProtocol::kHoldout;
  tiny.holdout = 0.01;  // 12 bins: the last trial of 20 has begun before.
  EXPECT_NE(refusal(SyntheticRecording(), tiny).find("larger --holdout"), std::string::npos);
}

TEST(RecordingTable, ShowsEveryDecoderTheControlAndTheTrialsToAdapt) {
  SyntheticParams params;
  params.unstable_from = 20;
  std::vector<Recording> recordings(1, SyntheticRecording(params));
  const auto evaluation = std::move(Evaluate(&recordings, SmallSettings()).front());
  const std::string text = DescribeEvaluation(evaluation);
  for (const char* part : {"recorded", "snn", "kalman", "first", "second", "all channels silent",
                           "trials to 30 deg, from first", "us per bin"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(RecordingPage, HoldsFiguresChartsAndEveryParameterAndEscapesWhatTheFileSays) {
  SyntheticParams params;
  params.unstable_from = 20;
  std::vector<Recording> recordings(1, SyntheticRecording(params));
  for (RecordedTrial& trial : recordings[0].trials) {
    if (trial.condition == "first") trial.condition = "<script>&";
  }
  const EvaluationSettings settings = SmallSettings();
  const auto evaluations = Evaluate(&recordings, settings);
  const std::string html = MakeRecordingPage(evaluations, {&settings, "efferent"}).ToString();
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;&amp;"), std::string::npos);
  for (const NamedDecoder& decoder : settings.decoders) {
    for (const FieldText& field : DescribeParams(decoder.params)) {
      EXPECT_NE(html.find(field.path), std::string::npos) << field.path;
    }
  }
  for (const char* part : {"<svg", "Dead-neuron control", "decoder of the day", "class=\"best\"",
                           "Trials from the onset", "features.normalize"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(html.find("src="), std::string::npos) << "nothing is loaded from elsewhere";
}

}  // namespace
}  // namespace efferent

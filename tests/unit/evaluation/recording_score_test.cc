#include "clients/evaluation/recording/recording_score.h"

#include <gtest/gtest.h>

#include <cmath>

#include "clients/acquisition/scoring.h"
#include "tests/unit/evaluation/synthetic_recording.h"

namespace efferent {
namespace {

using test::SyntheticParams;
using test::SyntheticRecording;

ScoreTask TaskOf(const Recording& recording) {
  ScoreTask task;
  task.recording = &recording;
  task.trials = &recording.trials;
  return task;
}

// Velocity towards the target, turned by an angle of each trial's own.
PointTrack Turned(const Recording& recording, const std::vector<double>& degrees_of_trial) {
  PointTrack track = recording.velocity_m_s;
  for (std::size_t i = 0; i < recording.trials.size(); ++i) {
    const double angle = degrees_of_trial[i] * M_PI / 180.0;
    for (auto bin = static_cast<std::size_t>(recording.trials[i].first_bin);
         bin < static_cast<std::size_t>(recording.trials[i].stop_bin); ++bin) {
      const Point v = *track[bin];
      track[bin] = Point{std::cos(angle) * v[0] - std::sin(angle) * v[1],
                         std::sin(angle) * v[0] + std::cos(angle) * v[1], 0.0};
    }
  }
  return track;
}

const ResultRow& Row(const std::vector<ResultRow>& rows, const std::string& condition,
                     const std::string& metric) {
  for (const ResultRow& row : rows) {
    if (row.condition == condition && row.metric == metric) return row;
  }
  throw std::out_of_range(condition + " has no " + metric);
}

TEST(RecordingScore, HasEachConditionAndAll) {
  const Recording recording = SyntheticRecording();
  std::vector<double> degrees(60, 10.0);
  std::fill(degrees.begin() + 30, degrees.end(), 50.0);
  const auto rows = ScoreRun(TaskOf(recording), Turned(recording, degrees), "d", "p", 3);
  EXPECT_NEAR(Row(rows, "first", "angle_median_deg").value, 10.0, 1e-6);
  EXPECT_NEAR(Row(rows, "second", "angle_mean_deg").value, 50.0, 1e-6);
  EXPECT_NEAR(Row(rows, "all", "angle_mean_deg").value, 30.0, 1e-6);
  EXPECT_EQ(Row(rows, "first", "angle_median_deg").n, 30 * 18) << "released bins";
  EXPECT_EQ(rows.front().seed, 3u);
  EXPECT_EQ(rows.front().decoder, "d");
  EXPECT_EQ(rows.front().protocol, "p");
}

// Always to the right, which is where a third of the targets lie: the mean error gains, the balanced one
// does not.
TEST(RecordingScore, PointingOneWayIsAGuessHoweverOftenItIsRight) {
  Recording recording = SyntheticRecording();
  for (std::size_t trial = 0; trial < 20; ++trial) {
    for (auto bin = static_cast<std::size_t>(recording.trials[trial].first_bin);
         bin < static_cast<std::size_t>(recording.trials[trial].stop_bin); ++bin) {
      recording.position_m[bin] = Point{0, 0, 0};
      recording.target_m[bin] = Point{0.1, 0, 0};
    }
  }
  const PointTrack right(recording.position_m.size(), Point{0.1, 0, 0});
  const auto rows = ScoreRun(TaskOf(recording), right, "d", "p", {});
  EXPECT_LT(Row(rows, "all", "angle_mean_deg").value, 70.0);
  EXPECT_NEAR(Row(rows, "all", "angle_balanced_deg").value, 90.0, 1e-6);
}

TEST(RecordingScore, OnlyTrialsThatStartInTheScoredPartCount) {
  const Recording recording = SyntheticRecording();
  std::vector<double> degrees(60, 100.0);
  std::fill(degrees.begin() + 45, degrees.end(), 20.0);
  ScoreTask task = TaskOf(recording);
  task.first_bin = recording.trials[45].first_bin;
  const auto rows = ScoreRun(task, Turned(recording, degrees), "d", "p", {});
  EXPECT_THROW(Row(rows, "first", "angle_median_deg"), std::out_of_range);
  EXPECT_NEAR(Row(rows, "second", "angle_mean_deg").value, 20.0, 1e-6);
  EXPECT_NEAR(Row(rows, "all", "angle_mean_deg").value, 20.0, 1e-6);
}

TEST(RecordingScore, AllCoversTheBinsBetweenTrialsOnce) {
  Recording recording = SyntheticRecording();
  for (RecordedTrial& trial : recording.trials) trial.stop_bin -= 7;
  recording.trials.erase(recording.trials.begin());
  const auto conditions = ScoredConditions(TaskOf(recording));
  ASSERT_EQ(conditions.back().name, "all");
  std::int64_t expected = 0;
  for (const ScoredCondition::Unit& unit : conditions.back().units) {
    EXPECT_EQ(unit.first_bin, expected);
    expected = unit.stop_bin;
  }
  EXPECT_EQ(expected, recording.num_bins);
}

TEST(RecordingScore, KinematicsAreScoredByRSquaredAndCorrelation) {
  const Recording recording = SyntheticRecording();
  ScoreTask task = TaskOf(recording);
  task.label = LabelSource::kKinematics;
  task.measured_m_s = &recording.velocity_m_s;
  PointTrack half = recording.velocity_m_s;
  for (auto& v : half) *v = Point{0.5 * (*v)[0], 0.5 * (*v)[1], 0.0};
  const auto rows = ScoreRun(task, half, "d", "p", {});
  const auto expected = ScoreRSquared(half, recording.velocity_m_s, 0, 0, recording.num_bins);
  EXPECT_NEAR(Row(rows, "all", "r2_x").value, expected->value, 1e-12);
  EXPECT_NEAR(Row(rows, "all", "correlation_y").value, 1.0, 1e-12);
  EXPECT_EQ(Row(rows, "all", "r2_x").n, recording.num_bins);
}

// Trials 20 to 59 are unstable. The window is five trials: with trials 20 to 26 at 100 degrees and the
// others at 10, four of five at 10 make (100 + 40) / 5 = 28, so trial 26 is the first.
TEST(RecordingScore, CountsTrialsFromTheOnsetUntilFiveAverageBelowThirtyDegrees) {
  SyntheticParams params;
  params.unstable_from = 20;
  const Recording recording = SyntheticRecording(params);
  std::vector<double> degrees(60, 10.0);
  std::fill(degrees.begin() + 20, degrees.begin() + 27, 100.0);
  const auto rows = ScoreRun(TaskOf(recording), Turned(recording, degrees), "d", "p", {});
  EXPECT_EQ(Row(rows, "first", "trials_to_30deg").value, 6.0);
  EXPECT_EQ(Row(rows, "first", "trials_to_30deg").n, 40);
}

TEST(RecordingScore, ADecoderThatNeverAdaptsGetsTheLengthOfTheInstability) {
  SyntheticParams params;
  params.unstable_from = 20;
  const Recording recording = SyntheticRecording(params);
  const auto rows =
      ScoreRun(TaskOf(recording), Turned(recording, std::vector<double>(60, 31.0)), "d", "p", {});
  EXPECT_EQ(Row(rows, "first", "trials_to_30deg").value, 40.0);
  EXPECT_EQ(Row(rows, "first", "trials_to_30deg").n, 40);
}

TEST(RecordingScore, WithoutAnOnsetThereIsNothingToAdaptTo) {
  Recording recording = SyntheticRecording();
  EXPECT_TRUE(InstabilityRuns(TaskOf(recording)).empty()) << "no such column";
  for (RecordedTrial& trial : recording.trials) trial.instability = true;
  EXPECT_TRUE(InstabilityRuns(TaskOf(recording)).empty()) << "on from the first trial";
}

}  // namespace
}  // namespace efferent

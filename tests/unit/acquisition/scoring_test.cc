#include "clients/acquisition/scoring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "clients/acquisition/recording_reader.h"
#include "tests/shared_data.h"

namespace efferent {
namespace {

Recording OneBin(Point position, Point target, bool engaged) {
  Recording recording;
  recording.num_bins = 1;
  recording.position_m = {position};
  recording.target_m = {target};
  recording.engaged = {engaged};
  return recording;
}

TEST(Scoring, AngleBetweenVelocityAndDirectionToTheTarget) {
  const Recording recording = OneBin({0, 0, 0}, {0.1, 0, 0}, true);
  EXPECT_NEAR(*AngleErrorDeg(recording, 0, {5.0, 0, 0}), 0.0, 1e-6);
  EXPECT_NEAR(*AngleErrorDeg(recording, 0, {1.0, 1.0, 0}), 45.0, 1e-6);
  EXPECT_NEAR(*AngleErrorDeg(recording, 0, {-0.1, 0, 0}), 180.0, 1e-6);
  EXPECT_EQ(*AngleErrorDeg(recording, 0, {0, 0, 0}), 90.0) << "no direction";
}

TEST(Scoring, BinsOnTheTargetOrNotReleasedAreNotScored) {
  EXPECT_FALSE(AngleErrorDeg(OneBin({0, 0, 0}, {0.004, 0, 0}, true), 0, {1, 0, 0}));
  EXPECT_FALSE(AngleErrorDeg(OneBin({0, 0, 0}, {0.1, 0, 0}, false), 0, {1, 0, 0}));
}

TEST(Scoring, MedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo) {
  const auto summary = Summarize({4, 1, 2, 9});
  EXPECT_EQ(summary->median, 3.0);
  EXPECT_EQ(summary->mean, 4.0);
  EXPECT_FALSE(Summarize({}));
}

// Reference: the table in the data's own description, computed by others from the same file
// (tests/reference/PROVENANCE.md).
TEST(Scoring, DecoderOfTheDayHasItsPublishedErrors) {
  const std::optional<std::string> data = test::SharedData("degenhart_20160325.nwb");
  if (!data) GTEST_SKIP() << test::kNoSharedData;
  RecordingOptions options;
  options.path = *data + "/degenhart_20160325.nwb";
  const Recording recording = ReadRecording(options);
  const auto expected = std::map<std::string, std::pair<double, double>>{
      {"baselineEvaluation#1", {16.4, 24.0}},
      {"stabilizationPerturbation", {163.8, 153.1}},
      {"stabilization", {23.5, 37.7}},
      {"stabilizationEvaluation", {16.6, 23.8}},
      {"perturbationEvaluation", {164.0, 148.2}},
      {"baselineEvaluation#2", {19.4, 32.1}}};
  std::size_t num_found = 0;
  for (const Condition& condition : Conditions(recording)) {
    const auto it = expected.find(condition.name);
    if (it == expected.end()) continue;
    ++num_found;
    const auto summary =
        Summarize(AngleErrorsDeg(recording, recording.recorded_velocity_m_s, condition));
    EXPECT_NEAR(summary->median, it->second.first, 0.051) << condition.name;
    EXPECT_NEAR(summary->mean, it->second.second, 0.051) << condition.name;
  }
  EXPECT_EQ(num_found, expected.size());
}

}  // namespace
}  // namespace efferent

#include "clients/acquisition/stream_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <optional>

#include "clients/acquisition/scoring.h"
#include "clients/report/table.h"

namespace efferent {
namespace {

constexpr const char* kAll = "all";

// Errors of the session's decoder and of the decoder of the day in one condition.
struct ConditionErrors {
  Condition condition;
  std::optional<ErrorSummary> decoded;
  std::optional<ErrorSummary> recorded;
};

std::vector<ConditionErrors> ScoreConditions(const StreamReport& report) {
  const Recording& recording = *report.recording;
  if (!recording.has_position() || !recording.has_target()) return {};
  std::vector<Condition> conditions = Conditions(recording);
  std::vector<ConditionErrors> scores;
  for (Condition& condition : conditions) {
    ConditionErrors& score = scores.emplace_back();
    score.decoded = Summarize(AngleErrorsDeg(recording, report.play->decoded_m_s, condition));
    if (!recording.recorded_velocity_m_s.empty()) {
      score.recorded =
          Summarize(AngleErrorsDeg(recording, recording.recorded_velocity_m_s, condition));
    }
    score.condition = std::move(condition);
  }
  return scores;
}

// R2 of one axis over a stretch of the recording.
struct AxisScore {
  std::string condition;
  std::string metric;
  RSquared r_squared;
};

std::vector<AxisScore> ScoreAxes(const StreamReport& report) {
  std::vector<AxisScore> scores;
  const Recording& recording = *report.recording;
  if (recording.has_target() || report.measured_velocity_m_s.empty()) return scores;
  const std::pair<const char*, std::int64_t> stretches[] = {
      {kAll, 0}, {"last_quarter", recording.num_bins - recording.num_bins / 4}};
  for (const auto& [name, first_bin] : stretches) {
    for (int axis = 0; axis < recording.num_dimensions; ++axis) {
      const auto score =
          ScoreRSquared(report.play->decoded_m_s, report.measured_velocity_m_s,
                        static_cast<std::size_t>(axis), first_bin, recording.num_bins);
      if (score) scores.push_back({name, "r2_" + AxisName(static_cast<std::size_t>(axis)), *score});
    }
  }
  return scores;
}

double BinsPerSecond(const PlayResult& play) {
  return play.wall_s > 0.0 ? static_cast<double>(play.num_played) / play.wall_s : 0.0;
}

std::string Degrees(const std::optional<ErrorSummary>& summary, double ErrorSummary::*field) {
  return summary ? fmt::format("{:.1f}", (*summary).*field) : "-";
}

std::string SuccessText(const Recording& recording, const Condition& condition) {
  if (condition.trials.empty()) return "-";
  std::int64_t successes = 0;
  for (const std::size_t i : condition.trials) {
    if (!recording.trials[i].success) return "-";
    successes += *recording.trials[i].success ? 1 : 0;
  }
  return fmt::format("{:.1f} %", 100.0 * static_cast<double>(successes) /
                                     static_cast<double>(condition.trials.size()));
}

std::string AngleTable(const StreamReport& report, const std::vector<ConditionErrors>& scores) {
  const bool has_recorded = !report.recording->recorded_velocity_m_s.empty();
  std::vector<std::string> header = {
      "condition", "trials", "success", "bins", report.decoder + " median", "mean"};
  if (has_recorded) header.insert(header.end(), {"of the day median", "mean"});
  Table table(header);
  for (const ConditionErrors& score : scores) {
    std::vector<std::string> cells = {score.condition.name,
                                      fmt::format("{}", score.condition.trials.size()),
                                      SuccessText(*report.recording, score.condition),
                                      fmt::format("{}", score.decoded ? score.decoded->n : 0),
                                      Degrees(score.decoded, &ErrorSummary::median),
                                      Degrees(score.decoded, &ErrorSummary::mean)};
    if (has_recorded) {
      cells.push_back(Degrees(score.recorded, &ErrorSummary::median));
      cells.push_back(Degrees(score.recorded, &ErrorSummary::mean));
    }
    table.AddRow(cells);
  }
  std::string text = fmt::format(
      "Angle between decoded velocity and direction to the target, degrees ({}).\n"
      "Bins where the cursor is released and more than {:.0f} mm from the target; a zero velocity "
      "counts as 90.\n",
      report.protocol, kMinTargetDistanceM * 1e3);
  if (has_recorded) {
    text += "\"Success\" and \"of the day\": the decoder that ran when the recording was made.\n";
  }
  return text + "\n" + table.ToString();
}

std::string AxisTable(const StreamReport& report, const std::vector<AxisScore>& scores) {
  Table table({"condition", "metric", report.decoder, "bins"});
  for (const AxisScore& score : scores) {
    table.AddRow({score.condition, score.metric, fmt::format("{:.3f}", score.r_squared.value),
                  fmt::format("{}", score.r_squared.n)});
  }
  return fmt::format("R2 = 1 - SSE/SST of the decoded velocity ({}).\n\n{}", report.protocol,
                     table.ToString());
}

std::string SpeedText(const PlayResult& play, const Recording& recording) {
  const double bins_per_s = BinsPerSecond(play);
  std::string text = fmt::format(
      "{} of {} bins in {:.1f} s: {:.0f} bins/s, {:.1f} times recorded speed\n", play.num_played,
      recording.num_bins, play.wall_s, bins_per_s, bins_per_s * recording.bin_width_s);
  text +=
      fmt::format("round trip, spikes sent to command received: {}\n", play.round_trips.Describe());
  text += fmt::format("bare gRPC echo of the same size, in turn:    {}\n", play.echoes.Describe());
  if (play.num_reconnects > 0) {
    text += fmt::format("{} reconnections, {} sessions made anew, {} commands lost with them\n",
                        play.num_reconnects, play.num_restarts, play.num_lost);
  }
  if (play.stopped) text += "stopped before the end: the table covers what was decoded\n";
  return text;
}

}  // namespace

std::vector<ResultRow> MakeResultRows(const StreamReport& report) {
  std::vector<ResultRow> rows;
  const auto add_angles = [&](const std::string& decoder, const std::string& protocol,
                              const std::string& condition,
                              const std::optional<ErrorSummary>& summary) {
    if (!summary) return;
    rows.push_back({decoder, condition, protocol, "angle_median_deg", summary->median, summary->n});
    rows.push_back({decoder, condition, protocol, "angle_mean_deg", summary->mean, summary->n});
  };
  for (const ConditionErrors& score : ScoreConditions(report)) {
    add_angles(report.decoder, report.protocol, score.condition.name, score.decoded);
    add_angles("recorded", "as-recorded", score.condition.name, score.recorded);
  }
  for (const AxisScore& score : ScoreAxes(report)) {
    rows.push_back({report.decoder, score.condition, report.protocol, score.metric,
                    score.r_squared.value, score.r_squared.n});
  }
  const PlayResult& play = *report.play;
  if (play.num_played > 0) {
    rows.push_back({report.decoder, kAll, report.protocol, "bins_per_s", BinsPerSecond(play),
                    play.num_played});
  }
  const auto add_count = [&](const char* metric, std::int64_t count, std::int64_t of) {
    rows.push_back({report.decoder, kAll, report.protocol, metric, static_cast<double>(count), of});
  };
  add_count("labels_rejected", report.learning.num_rejected, report.learning.num_labels);
  add_count("rollbacks", report.learning.num_rollbacks, play.num_played);
  const auto add_latencies = [&](const char* name, const LatencyRecorder& latencies) {
    for (const auto& [suffix, share] : {std::pair{"p50", 0.5}, {"p99", 0.99}}) {
      const std::optional<double> value = latencies.PercentileUs(share);
      if (!value) continue;
      rows.push_back({report.decoder, kAll, report.protocol, fmt::format("{}_{}_us", name, suffix),
                      *value, latencies.count()});
    }
  };
  add_latencies("roundtrip", play.round_trips);
  add_latencies("echo", play.echoes);
  const std::vector<ResultRow> findings = FindingRows(report.recording->findings);
  rows.insert(rows.end(), findings.begin(), findings.end());
  return rows;
}

std::string DescribeReport(const StreamReport& report) {
  std::string text;
  const std::vector<ConditionErrors> angles = ScoreConditions(report);
  if (!angles.empty()) text += AngleTable(report, angles) + "\n";
  const std::vector<AxisScore> axes = ScoreAxes(report);
  if (!axes.empty()) text += AxisTable(report, axes) + "\n";
  if (angles.empty() && axes.empty()) {
    text += "Nothing to score by: the recording has neither a target nor a velocity.\n";
  }
  return text + SpeedText(*report.play, *report.recording);
}

}  // namespace efferent

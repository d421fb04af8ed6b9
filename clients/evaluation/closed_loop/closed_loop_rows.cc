#include "clients/evaluation/closed_loop/closed_loop_rows.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/evaluation/closed_loop/pilot.h"
#include "clients/report/table.h"

namespace efferent::closed_loop {
namespace {

ResultRow MakeRow(const std::string& decoder, const Condition& condition, std::string protocol,
                  std::string metric, const MeanOfRuns& figure, std::size_t num_runs,
                  std::uint64_t seed) {
  ResultRow row{decoder,           condition.name, std::move(protocol),
                std::move(metric), figure.mean,    static_cast<std::int64_t>(num_runs)};
  if (figure.interval) {
    row.ci_low = figure.interval->low;
    row.ci_high = figure.interval->high;
  }
  row.seed = seed;
  return row;
}

}  // namespace

std::string ProtocolOf(const Condition& condition) {
  return fmt::format("frozen-after-{}-trials", condition.num_learning_trials());
}

std::vector<ResultRow> MakeRows(const std::vector<ConditionOutcome>& outcomes, std::uint64_t seed) {
  std::vector<ResultRow> rows;
  for (const ConditionOutcome& outcome : outcomes) {
    const Condition& condition = outcome.condition;
    for (const DecoderOutcome& decoder : outcome.decoders) {
      const auto add = [&](const std::string& protocol, const std::string& metric,
                           const MeanOfRuns& figure, std::size_t n) {
        rows.push_back(MakeRow(decoder.decoder, condition, protocol, metric, figure, n, seed));
      };
      const std::string protocol = ProtocolOf(condition);
      for (const Metric& metric : kMetrics) {
        add(protocol, metric.name, Summarize(decoder.runs, metric), decoder.runs.size());
      }
      const BestLinearComparison comparison = CompareWithBestLinear(outcome, decoder);
      if (comparison.time_less_s) {
        add(protocol, "time_to_target_s_less_best_linear", *comparison.time_less_s,
            decoder.runs.size());
      }
      if (comparison.throughput_over) {
        add(protocol, "throughput_over_best_linear", *comparison.throughput_over,
            decoder.runs.size());
      }
      for (const auto& [prefix, runs] : {std::pair("dead-neurons-", &decoder.dead_runs),
                                         std::pair("summed-channels-", &decoder.summed_runs)}) {
        if (runs->empty()) continue;
        for (const Metric& metric : kMetrics) {
          add(prefix + protocol, metric.name, Summarize(*runs, metric), runs->size());
        }
      }
    }
  }
  return rows;
}

std::string HeadroomText(const ConditionOutcome& outcome) {
  const auto headroom = HeadroomOf(outcome);
  if (!headroom) return "";
  const MeanOfRuns& share = headroom->share;
  std::string range;
  if (share.interval) {
    range = fmt::format(" ({:.0f} to {:.0f})", 100.0 * share.interval->low,
                        100.0 * share.interval->high);
  }
  const bool intends = headroom->floor->decoder == kIntent;
  return fmt::format(
      "{} is {} in closed loop: the best linear decoder ({}) has {:.0f} %{} of the throughput "
      "of {} without a decoder",
      outcome.condition.name, headroom->is_linear() ? "linear" : "not linear",
      headroom->best_linear->decoder, 100.0 * share.mean, range,
      intends ? "the user's own intent" : "the label itself");
}

std::string WithInterval(const MeanOfRuns& figure, int decimals, double scale) {
  std::string text = fmt::format("{:.{}f}", scale * figure.mean, decimals);
  if (figure.interval) {
    text += fmt::format(" ({:.{}f} to {:.{}f})", scale * figure.interval->low, decimals,
                        scale * figure.interval->high, decimals);
  }
  return text;
}

std::string MakeTable(const std::vector<ConditionOutcome>& outcomes) {
  Table table({"condition, decoder", "success %", "time to target s", "less best linear s",
               "efficiency", "bits/s", "over best linear", "dead %", "summed %"});
  for (const ConditionOutcome& outcome : outcomes) {
    table.AddRow({fmt::format("{}, {} learning trials", outcome.condition.name,
                              outcome.condition.num_learning_trials())});
    for (const DecoderOutcome& decoder : outcome.decoders) {
      const auto figure = [&](std::size_t metric, int decimals, double scale) {
        return WithInterval(Summarize(decoder.runs, kMetrics[metric]), decimals, scale);
      };
      const BestLinearComparison comparison = CompareWithBestLinear(outcome, decoder);
      std::string difference = comparison.is_quickest ? kBestLinear : "";
      if (const auto& less = comparison.time_less_s) {
        difference = fmt::format("{}{}", less->mean < 0.0 ? "" : "+", WithInterval(*less, 3));
      }
      std::string ratio = comparison.has_most_throughput ? kBestLinear : "";
      if (const auto& over = comparison.throughput_over) ratio = WithInterval(*over, 3);
      const auto success = [](const std::vector<RunScores>& runs) {
        return runs.empty() ? "-"
                            : fmt::format("{:.1f}", 100.0 * Summarize(runs, kMetrics[0]).mean);
      };
      table.AddRow({"  " + decoder.decoder, figure(0, 1, 100.0), figure(1, 3, 1.0), difference,
                    figure(2, 3, 1.0), figure(3, 2, 1.0), ratio, success(decoder.dead_runs),
                    success(decoder.summed_runs)});
    }
    for (const PublishedFigure& published : outcome.condition.published) {
      table.AddRow({"  (" + published.source + ")", "", published.time_to_target_s});
    }
  }
  std::string text = table.ToString() + "\n";
  const bool has_references =
      std::any_of(outcomes.begin(), outcomes.end(),
                  [](const auto& outcome) { return !outcome.condition.is_control(); });
  if (has_references) {
    text += fmt::format(
        "{} and {} are no decoders: the arm does what the user wants ({}), or what decoders are "
        "taught ({})\n",
        kIntent, kLabel, kIntent, kLabel);
  }
  for (const ConditionOutcome& outcome : outcomes) {
    const std::string headroom = HeadroomText(outcome);
    if (!headroom.empty()) text += headroom + "\n";
  }
  return text;
}

}  // namespace efferent::closed_loop

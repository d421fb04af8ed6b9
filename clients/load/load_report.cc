#include "clients/load/load_report.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace efferent::load {
namespace {

std::string Microseconds(std::optional<double> value) {
  return value ? fmt::format("{:.0f}", *value) : "-";
}

// Of a time that may be none, if it was interrupted at once.
double PerSecond(std::int64_t count, double duration_s) {
  return static_cast<double>(count) / std::max(1e-3, duration_s);
}

}  // namespace

std::string LoadCondition(const LoadOptions& options) {
  return fmt::format("{}@{:g}ms", options.num_channels, options.bin_width_ms);
}

std::string DescribeProgress(const LoadOptions& options, int num_sessions, double elapsed_s,
                             const LoadCounts& counts) {
  return fmt::format(
      "{:5.1f}/{:g} s  {} sessions  {} bins due, {} answered, {} in time  p50 {} us, "
      "p99 {} us",
      std::max(0.0, elapsed_s), options.duration_s, num_sessions, counts.due, counts.answered,
      counts.in_time, Microseconds(counts.latency.PercentileUs(0.5)),
      Microseconds(counts.latency.PercentileUs(0.99)));
}

std::string DescribeResult(const LoadOptions& options, const LoadResult& result) {
  const LoadCounts& counts = result.counts;
  const int asked = options.num_sessions;
  std::string text = fmt::format("{} sessions of {} channels, bins of {:g} ms, {}{}\n",
                                 result.num_sessions, options.num_channels, options.bin_width_ms,
                                 options.decoder, options.learning ? ", learning" : "");
  if (!result.refusal.empty()) {
    text += fmt::format("{} of {} sessions were refused: {}\n", asked - result.num_sessions, asked,
                        result.refusal);
  }
  text += fmt::format("bins/s       asked {:.1f}, held {:.1f}\n",
                      PerSecond(counts.due, result.duration_s),
                      PerSecond(counts.in_time, result.duration_s));
  text += fmt::format(
      "deadlines    {} of {} missed ({:.3f} %), {:g} ms from due to command; {} bins "
      "were never answered\n",
      counts.missed(), counts.due, 100.0 * counts.missed_share(),
      1e-6 * static_cast<double>(options.deadline_ns()), counts.due - counts.answered);
  text += fmt::format("due to command      {}\n", counts.latency.Describe());
  text += fmt::format("due to sent, of it  {}\n", counts.lag.Describe());
  text += fmt::format("commands on arm streams {}\n", counts.commands);
  text += fmt::format(
      "lost         {} chunks missing, {} duplicate, {} late; {} events late; {} bins "
      "missed\n",
      result.lost.missing_chunk_count(), result.lost.duplicate_chunk_count(),
      result.lost.late_chunk_count(), result.lost.late_event_count(),
      result.lost.missed_bin_count());
  const v1::SessionStatistics& statistics = result.statistics;
  text += fmt::format(
      "the server   {} bins decoded, {} learnt from, {} skipped to be in time; {} "
      "deadlines missed by its own clock\n",
      statistics.decoded_bin_count(), statistics.learned_bin_count(),
      statistics.skipped_learning_count(), statistics.missed_deadline_count());
  if (result.server_processors) {
    text += fmt::format("its processors  {:.2f} busy", *result.server_processors);
    if (options.num_flooding == 0 && result.num_sessions > 0) {
      text += fmt::format(", {:.4f} a session", *result.server_processors / result.num_sessions);
    }
    text += fmt::format("; {:.1f} MB resident\n",
                        1e-6 * static_cast<double>(result.resident_bytes.value_or(0)));
  }
  for (const std::string& failure : result.failures) text += failure + "\n";
  return text;
}

std::vector<ResultRow> MakeRows(const LoadOptions& options, const LoadResult& result) {
  const LoadCounts& counts = result.counts;
  std::vector<ResultRow> rows;
  const auto add = [&](const std::string& metric, double value, std::int64_t n) {
    rows.push_back({options.decoder, LoadCondition(options), "load", metric, value, n});
    rows.back().seed = options.seed;
  };
  const auto add_count = [&](const std::string& metric, auto count) {
    add(metric, static_cast<double>(count), std::max<std::int64_t>(1, result.num_sessions));
  };
  add_count("sessions_asked", options.num_sessions);
  add_count("sessions", result.num_sessions);
  add_count("bins_due", counts.due);
  add_count("bins_answered", counts.answered);
  add_count("missing_chunks", result.lost.missing_chunk_count());
  add_count("duplicate_chunks", result.lost.duplicate_chunk_count());
  add_count("late_chunks", result.lost.late_chunk_count());
  add_count("late_events", result.lost.late_event_count());
  add_count("missed_bins", result.lost.missed_bin_count());
  add_count("decoded_bins", result.statistics.decoded_bin_count());
  add_count("learned_bins", result.statistics.learned_bin_count());
  add_count("skipped_learning", result.statistics.skipped_learning_count());
  if (counts.due > 0) {
    add("bins_per_s_asked", PerSecond(counts.due, result.duration_s), counts.due);
    add("bins_per_s_held", PerSecond(counts.in_time, result.duration_s), counts.due);
    add("missed_deadline_share", counts.missed_share(), counts.due);
  }
  if (counts.answered > 0) {
    add("p50_us", *counts.latency.PercentileUs(0.5), counts.answered);
    add("p90_us", *counts.latency.PercentileUs(0.9), counts.answered);
    add("p99_us", *counts.latency.PercentileUs(0.99), counts.answered);
    add("p999_us", *counts.latency.PercentileUs(0.999), counts.answered);
    add("max_us", *counts.latency.MaxUs(), counts.answered);
    add("lag_p99_us", *counts.lag.PercentileUs(0.99), counts.lag.count());
  }
  if (result.server_processors && options.num_flooding == 0 && result.num_sessions > 0) {
    add("processors_per_session", *result.server_processors / result.num_sessions,
        result.num_sessions);
    add("resident_bytes", static_cast<double>(*result.resident_bytes), result.num_sessions);
  }
  return rows;
}

}  // namespace efferent::load

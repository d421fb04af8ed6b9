#include "clients/archive/recording_text.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <ctime>

#include "clients/control/session_text.h"
#include "clients/report/table.h"
#include "clients/session/decoder_name.h"

namespace efferent::archive {
namespace {

constexpr std::size_t kNumWords = 6;  // Columns from `recording` to `whole`.

std::string StateText(const v1::Recording& recording) {
  if (recording.is_running()) return "running";
  return recording.has_end_time_unix_ns() ? recording.end_reason() : "waiting";
}

/// With a blank before it.
std::string EndText(const v1::Recording& recording) {
  if (!recording.has_end_time_unix_ns()) return "";
  return fmt::format(" {}", TimeText(recording.end_time_unix_ns()));
}

std::string WholeText(const v1::Recording& recording) {
  if (recording.lost_record_count() > 0) {
    return fmt::format("{} lost", recording.lost_record_count());
  }
  return recording.is_whole() ? "yes" : "NO";
}

/// Session time that was decoded.
std::string LengthText(const v1::Recording& recording) {
  const auto& statistics = recording.statistics();
  const std::uint64_t bins = statistics.decoded_bin_count() + statistics.missed_bin_count();
  return control::DurationText(static_cast<std::int64_t>(bins) * recording.config().bin_width_ns());
}

std::string Dash(const std::string& text) { return text.empty() ? "-" : text; }

}  // namespace

std::string SizeText(std::int64_t bytes) {
  constexpr std::array<const char*, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < kUnits.size(); ++unit) value /= 1e3;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", value, kUnits[unit]);
}

std::string TimeText(std::int64_t unix_ns) {
  const std::time_t seconds = unix_ns / 1'000'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return text.data();
}

std::string DescribeRecordings(const v1::ListRecordingsResponse& answer,
                               const std::string& address) {
  if (answer.recordings().empty()) return fmt::format("no session is recorded at {}\n", address);
  Table table({"recording", "subject", "decoder", "began", "state", "whole", "length", "bins",
               "learnt", "rms m/s", "faults", "rolled back", "stored"},
              kNumWords);
  for (const v1::Recording& recording : answer.recordings()) {
    const v1::SessionStatistics& statistics = recording.statistics();
    table.AddRow(
        {recording.name(), Dash(recording.config().subject_code()), DecoderName(recording.config()),
         TimeText(recording.create_time_unix_ns()), StateText(recording), WholeText(recording),
         LengthText(recording), std::to_string(statistics.decoded_bin_count()),
         std::to_string(statistics.learned_bin_count()), control::RmsErrorText(statistics),
         std::to_string(statistics.fault_count()),
         std::to_string(statistics.learning_rollback_count()), SizeText(recording.stored_bytes())});
  }
  return table.ToString();
}

std::string DescribeCheckpoints(const v1::GetRecordingResponse& answer) {
  if (answer.checkpoints().empty()) return "";
  Table table({"checkpoint", "saved", "reason", "next bin", "size"}, 3);
  for (const auto& checkpoint : answer.checkpoints()) {
    table.AddRow({std::to_string(checkpoint.number()), TimeText(checkpoint.time_unix_ns()),
                  checkpoint.reason(), std::to_string(checkpoint.bin_index()),
                  SizeText(static_cast<std::int64_t>(checkpoint.size_bytes()))});
  }
  return table.ToString();
}

std::string DescribeRecording(const v1::GetRecordingResponse& answer) {
  const v1::Recording& recording = answer.recording();
  const v1::SessionStatistics& statistics = recording.statistics();
  const v1::SessionConfig& config = recording.config();
  std::string text = fmt::format(
      "recording {}\n  subject {}, {} channels, bins of {:g} ms, decoder {} at first\n"
      "  began {}, {}{}, server {}\n  {} decoded ({} bins), {} bins learnt from, {} missed, {} "
      "faults, {} roll-backs of learning, error {} m/s rms\n  whole: {}; last sequence number {}; "
      "{} stored\n",
      recording.name(), Dash(config.subject_code()), config.num_channels(),
      1e-6 * static_cast<double>(config.bin_width_ns()), DecoderName(config),
      TimeText(recording.create_time_unix_ns()), StateText(recording), EndText(recording),
      Dash(recording.server_version()), LengthText(recording), statistics.decoded_bin_count(),
      statistics.learned_bin_count(), statistics.missed_bin_count(), statistics.fault_count(),
      statistics.learning_rollback_count(), control::RmsErrorText(statistics), WholeText(recording),
      recording.applied_sequence_number(), SizeText(recording.stored_bytes()));
  if (!answer.decoder_changes().empty()) {
    Table table({"change", "kind", "name", "decoder", "asked for"}, 5);
    for (const auto& change : answer.decoder_changes()) {
      const bool has_decoder = change.config().decoder_case() != v1::DecoderConfig::DECODER_NOT_SET;
      v1::SessionConfig with;
      *with.mutable_decoder() = change.config();
      table.AddRow({std::to_string(change.number()), change.kind(), Dash(change.name()),
                    has_decoder ? DecoderName(with) + (change.imported() ? ", imported" : "") : "-",
                    TimeText(change.time_unix_ns())});
    }
    text += '\n' + table.ToString();
  }
  if (!answer.checkpoints().empty()) text += '\n' + DescribeCheckpoints(answer);
  if (!answer.events().empty()) {
    Table table({"time", "event", "detail"}, 3);
    if (answer.omitted_event_count() > 0) {
      text += fmt::format("\n{} earlier events are left out\n", answer.omitted_event_count());
    }
    for (const auto& event : answer.events()) {
      table.AddRow({TimeText(event.time_unix_ns()), event.kind(), event.detail()});
    }
    text += '\n' + table.ToString();
  }
  return text;
}

}  // namespace efferent::archive

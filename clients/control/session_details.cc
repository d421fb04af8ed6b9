#include "clients/control/session_details.h"

#include <algorithm>
#include <ctime>

#include "clients/control/session_text.h"
#include "clients/control/yaml_text.h"
#include "clients/report/table.h"
#include "clients/session/decoder_name.h"

namespace efferent::control {
namespace {

std::string Seconds(std::int64_t ns) {
  return fmt::format("{:.3f} s", 1e-9 * static_cast<double>(ns));
}

std::string UtcText(std::int64_t unix_ns) {
  const std::time_t seconds = unix_ns / 1'000'000'000;
  std::tm utc{};
  char text[32];
  gmtime_r(&seconds, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &utc);
  return text;
}

std::string Indented(const std::string& lines) {
  std::string text = "  ";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += lines[i];
    if (lines[i] == '\n' && i + 1 < lines.size()) text += "  ";
  }
  return text;
}

std::string SinceText(bool is_attached, std::int64_t since_unix_ns) {
  const std::string text = is_attached ? "attached" : "none";
  return since_unix_ns == 0 ? text : text + " since " + UtcText(since_unix_ns);
}

std::string DescribeState(const v1::Session& session) {
  std::string text = fmt::format(
      "  status     {}\n  learning   {}\n  source     {}\n  arm        {}\n  decoded    {} of "
      "session "
      "time\n",
      StatusText(session.statistics()), LearningText(session),
      SinceText(session.acquisition_attached(), session.acquisition_since_time_unix_ns()),
      SinceText(session.arm_attached(), session.arm_since_time_unix_ns()),
      Seconds(session.decoded_until_ns()));
  if (session.reserved_processor_share() > 0.0) {
    text += fmt::format("  reserved   {:.2f} of a processor\n", session.reserved_processor_share());
  }
  if (session.statistics().has_firing_rate_hz()) {
    text += fmt::format("  firing     {:.1f} Hz, mean of the decoder's neurons\n",
                        session.statistics().firing_rate_hz());
  }
  if (session.statistics().has_weight_norm()) {
    text += fmt::format("  weights    norm {:.4g}\n", session.statistics().weight_norm());
  }
  return text;
}

// Every number from 1 to the last one applied was applied itself or is missing.
std::string DescribeChunks(const v1::Session& session) {
  const v1::SessionStatistics& statistics = session.statistics();
  const std::uint64_t sent = session.applied_sequence_number();
  const std::uint64_t missing = std::min(sent, statistics.missing_chunk_count());
  const std::uint64_t late = std::min(missing, statistics.late_chunk_count());
  return fmt::format(
      "  chunks     {} sent: {} applied, {} missing{}; {} duplicates ignored\n", sent,
      sent - missing, missing,
      missing > 0 ? fmt::format(" ({} came too late, {} never)", late, missing - late) : "",
      statistics.duplicate_chunk_count());
}

std::string DescribeCounters(const v1::Session& session) {
  const v1::SessionStatistics& statistics = session.statistics();
  return DescribeChunks(session) +
         fmt::format(
             "  bins       {} decoded, {} missing\n"
             "  spikes     {} too late for their bin\n"
             "  learning   {} bins learnt from, {} skipped to keep the next command on time\n"
             "  commands   {} missed their deadline, {} were too old to move the arm, {} overtaken "
             "before a slow arm took them\n"
             "  watchdog   HELD {}, STOPPED {}\n"
             "  input      {} bins not plausible, {} channels masked at present, {} at any time\n"
             "  faults     {}\n"
             "  guard      {} roll-backs of learning, {} labels that cannot be meant\n",
             statistics.decoded_bin_count(), statistics.missed_bin_count(),
             statistics.late_event_count(), statistics.learned_bin_count(),
             statistics.skipped_learning_count(), statistics.missed_deadline_count(),
             statistics.stale_bin_count(), statistics.skipped_command_count(),
             statistics.held_count(), statistics.stopped_count(),
             statistics.implausible_bin_count(), statistics.masked_channel_count(),
             statistics.ever_masked_channel_count(), statistics.fault_count(),
             statistics.learning_rollback_count(), statistics.rejected_label_count());
}

std::string DescribeLatencies(const v1::SessionStatistics& statistics) {
  Table table({"stage", "n", "p50 us", "p99 us", "max us"});
  bool any = false;
  const auto add = [&](v1::LatencyStage stage, const char* name) {
    const v1::StageLatency* latency = FindStage(statistics, stage);
    if (latency == nullptr) return;
    any = true;
    table.AddRow({name, std::to_string(latency->count()), MicrosecondsText(latency->p50_ns()),
                  MicrosecondsText(latency->p99_ns()), MicrosecondsText(latency->max_ns())});
  };
  add(v1::LATENCY_STAGE_READ, "read: message to plain values, a chunk");
  add(v1::LATENCY_STAGE_DECODE, "decode: spikes to command, a bin");
  add(v1::LATENCY_STAGE_RESPOND, "respond: arrival to commands handed over, a chunk");
  add(v1::LATENCY_STAGE_LEARN, "learn: shadows too, a bin");
  return any ? table.ToString() : "nothing measured yet\n";
}

}  // namespace

std::string DescribeDecoders(const v1::Session& session) {
  Table table({"role", "decoder", "learning", "rms m/s", "bins scored", "bins learnt from",
               "bins not shown"},
              3);
  for (const v1::SessionDecoder& decoder : session.decoders()) {
    const bool drives = &decoder == &session.decoders(0);
    table.AddRow(
        {drives ? decoder.name() : "shadow " + decoder.name(), DecoderName(decoder.config()),
         decoder.frozen() ? "frozen" : LearningText(session), RmsErrorText(decoder),
         std::to_string(decoder.scored_bin_count()), std::to_string(decoder.learned_bin_count()),
         drives ? "" : std::to_string(decoder.skipped_bin_count())});
  }
  if (session.decoders().empty()) {
    const v1::SessionStatistics& statistics = session.statistics();
    table.AddRow({"driver", DriverText(session), LearningText(session), RmsErrorText(statistics),
                  "-", std::to_string(statistics.learned_bin_count())});
  }
  std::string text = table.ToString();
  if (session.driver_since_bin_index() > 0) {
    text += fmt::format("driver since bin {}\n", session.driver_since_bin_index());
  }
  if (session.decoder_change_pending()) text += "a change waits for the next bin\n";
  return text;
}

std::string DescribeSession(const v1::Session& session) {
  const std::string& subject = session.config().subject_code();
  return fmt::format("session {}{}, created {}\n", session.session_id(),
                     subject.empty() ? "" : ", subject " + subject,
                     UtcText(session.create_time_unix_ns())) +
         DescribeState(session) + "\ndecoders\n" + Indented(DescribeDecoders(session)) +
         "\ncounters, since its creation\n" + DescribeCounters(session) + "\nlatency\n" +
         Indented(DescribeLatencies(session.statistics())) +
         "\nsettings (YAML, as --session-config takes it)\n" + YamlText(session.config(), 2) + "\n";
}

}  // namespace efferent::control

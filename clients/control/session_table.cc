#include "clients/control/session_table.h"

#include "clients/control/session_text.h"
#include "clients/report/table.h"

namespace efferent::control {
namespace {

constexpr std::size_t kNumWords = 6;  // Columns from `session` to `attached`.

std::string MeanRate(const v1::Session& session, std::int64_t now_unix_ns) {
  const double age_s = 1e-9 * static_cast<double>(now_unix_ns - session.create_time_unix_ns());
  if (age_s <= 0.0) return "-";  // Clocks of two machines.
  const auto bins = static_cast<double>(session.statistics().decoded_bin_count());
  return fmt::format("{:.1f}", bins / age_s);
}

}  // namespace

std::string DescribeSessions(const v1::ListSessionsResponse& answer, const std::string& address,
                             std::int64_t now_unix_ns) {
  std::string text;
  if (answer.sessions().empty()) {
    text = fmt::format(
        "no session at {0}. `efferent subject --server {0}` and `efferent stream --server {0} "
        "--recording FILE.nwb` begin one\n",
        address);
  } else {
    Table table({"session", "subject", "decoder", "status", "learning", "attached", "channels",
                 "bin ms", "bins/s", "bins", "rms m/s", "missed", "lost"},
                kNumWords);
    for (const v1::Session& session : answer.sessions()) {
      const v1::SessionConfig& config = session.config();
      const v1::SessionStatistics& statistics = session.statistics();
      const std::string& subject = config.subject_code();
      table.AddRow({session.session_id(), subject.empty() ? "-" : subject, DriverText(session),
                    StatusText(statistics), LearningText(session),
                    AttachedText(session, now_unix_ns), std::to_string(config.num_channels()),
                    fmt::format("{:g}", 1e-6 * static_cast<double>(config.bin_width_ns())),
                    MeanRate(session, now_unix_ns), std::to_string(statistics.decoded_bin_count()),
                    RmsErrorText(statistics), std::to_string(statistics.missed_deadline_count()),
                    std::to_string(statistics.missing_chunk_count())});
    }
    text = table.ToString();
  }
  const std::string load = LoadText(answer.load());
  if (!load.empty()) text += load + '\n';
  if (!answer.recording_problem().empty()) {
    text += fmt::format("NOTHING IS RECORDED: {}\n", answer.recording_problem());
  }
  return text;
}

}  // namespace efferent::control

#include "clients/control/top_view.h"

#include <algorithm>
#include <sstream>
#include <tuple>
#include <vector>

#include "clients/control/session_text.h"
#include "clients/report/table.h"
#include "clients/report/terminal_text.h"
#include "files/printable_text.h"

namespace efferent::control {
namespace {

constexpr std::size_t kNumWords = 4;  // Columns from `session` to `learning`.

struct Row {
  const v1::Session* session;
  SessionChange change;
};

std::int64_t RespondP99Ns(const v1::Session& session) {
  const v1::StageLatency* latency = FindStage(session.statistics(), v1::LATENCY_STAGE_RESPOND);
  return latency != nullptr ? latency->p99_ns() : -1;
}

// The smaller, the graver.
int AlarmRank(const Row& row) {
  switch (row.session->statistics().command_status()) {
    case v1::COMMAND_STATUS_FAULT:
      return 0;
    case v1::COMMAND_STATUS_STOPPED:
      return 1;
    case v1::COMMAND_STATUS_HELD:
      return 2;
    default:
      return row.change.missed_deadlines > 0 ? 3 : 4;
  }
}

bool IsBefore(const Row& a, const Row& b, TopOrder order) {
  const auto missed = [](const Row& row) {
    return std::tuple(row.change.missed_deadlines,
                      row.session->statistics().missed_deadline_count());
  };
  switch (order) {
    case TopOrder::kAlarms:
      return std::tuple(AlarmRank(a), a.session->session_id()) <
             std::tuple(AlarmRank(b), b.session->session_id());
    case TopOrder::kId:
      return a.session->session_id() < b.session->session_id();
    case TopOrder::kRate:
      return a.change.bins_per_s.value_or(-1.0) > b.change.bins_per_s.value_or(-1.0);
    case TopOrder::kLatency:
      return RespondP99Ns(*a.session) > RespondP99Ns(*b.session);
    case TopOrder::kMissed:
      return missed(a) > missed(b);
  }
  return false;
}

std::vector<Row> OrderedRows(const TopView& view) {
  std::vector<Row> rows;
  for (const v1::Session& session : view.now->answer.sessions()) {
    rows.push_back({&session, ChangeOf(session, *view.now, view.before)});
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [&](const Row& a, const Row& b) { return IsBefore(a, b, view.order); });
  return rows;
}

std::string StatusCell(const v1::SessionStatistics& statistics, bool coloured) {
  std::string text = StatusText(statistics);
  if (!coloured) return text;
  switch (statistics.command_status()) {
    case v1::COMMAND_STATUS_DECODED:
      return Coloured(Colour::kGreen, text);
    case v1::COMMAND_STATUS_HELD:
      return Coloured(Colour::kYellow, text);
    case v1::COMMAND_STATUS_STOPPED:
    case v1::COMMAND_STATUS_FAULT:
      return Coloured(Colour::kRed, text);
    default:
      return text;
  }
}

std::vector<std::string> Cells(const Row& row, bool coloured) {
  const v1::SessionStatistics& statistics = row.session->statistics();
  const v1::StageLatency* respond = FindStage(statistics, v1::LATENCY_STAGE_RESPOND);
  return {
      PrintableText(row.session->session_id()),
      DriverText(*row.session),
      StatusCell(statistics, coloured),
      LearningText(*row.session),
      row.change.bins_per_s ? fmt::format("{:.1f}", *row.change.bins_per_s) : "-",
      RmsErrorText(statistics),
      respond != nullptr ? fmt::format("{}/{}", MicrosecondsText(respond->p50_ns()),
                                       MicrosecondsText(respond->p99_ns()))
                         : "-",
      fmt::format("{}/{}", row.change.missed_deadlines, statistics.missed_deadline_count()),
      fmt::format("{}/{}/{}", statistics.missing_chunk_count(), statistics.late_chunk_count(),
                  statistics.duplicate_chunk_count()),
      std::to_string(statistics.late_event_count()),
      row.change.processors ? fmt::format("{:.3f}", *row.change.processors) : "-",
      statistics.has_firing_rate_hz() ? fmt::format("{:.1f}", statistics.firing_rate_hz()) : "-",
      statistics.has_weight_norm() ? fmt::format("{:.4g}", statistics.weight_norm()) : "-"};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> HeaderLines(const TopView& view, bool coloured) {
  const auto highlight = [&](Colour colour, const std::string& text) {
    return coloured ? Coloured(colour, text) : text;
  };
  std::string first =
      highlight(Colour::kBold, "efferent top") + "   " + PrintableText(view.address);
  std::vector<std::string> second;
  if (view.now) {
    const v1::ServerLoad& load = view.now->answer.load();
    const int num_sessions = view.now->answer.sessions_size();
    first += fmt::format("   {} session{}", num_sessions, num_sessions == 1 ? "" : "s");
    if (load.up_time_ns() > 0) first += "   up " + DurationText(load.up_time_ns());
    if (const auto in_use = ProcessorsInUse(*view.now, view.before)) {
      second.push_back(fmt::format("{:.2f} processors in use", *in_use));
    }
    if (load.reservable_processors() > 0.0) {
      second.push_back(fmt::format("{:.2f} of {:.2f} processors reserved",
                                   load.reserved_processors(), load.reservable_processors()));
    }
    if (load.resident_bytes() > 0) {
      second.push_back(fmt::format("{} MiB resident", load.resident_bytes() >> 20));
    }
  }
  std::vector<std::string> lines{first};
  if (!second.empty()) lines.push_back(fmt::format("{}", fmt::join(second, "   ")));
  if (!view.trouble.empty()) {
    lines.push_back(highlight(Colour::kRed, PrintableText(view.trouble)));
  }
  if (view.now && !view.now->answer.recording_problem().empty()) {
    lines.push_back(
        highlight(Colour::kRed,
                  "NOTHING IS RECORDED: " + PrintableText(view.now->answer.recording_problem())));
  }
  lines.emplace_back();
  return lines;
}

std::vector<std::string> TableLines(const TopView& view, bool coloured) {
  if (!view.now) return {};
  Table table({"session", "decoder", "status", "learning", "bins/s", "rms m/s", "respond us",
               "missed", "lost/late/twice", "late spikes", "cpu", "firing Hz", "weights"},
              kNumWords);
  for (const Row& row : OrderedRows(view)) table.AddRow(Cells(row, coloured));
  return Lines(table.ToString());
}

// Lines of the table above its first row.
constexpr int kTableHead = 2;

int NumSessions(const TopView& view) { return view.now ? view.now->answer.sessions_size() : 0; }

// Rows of the table for which there is room below `num_above` lines. Where not all fit, a line says so.
int RoomForRows(const TopView& view, const TextSize& size, int num_above) {
  const int room = size.rows - num_above - kTableHead;
  return room >= NumSessions(view) ? NumSessions(view) : std::max(room - 1, 1);
}

// Leaves the rows from `first` on that have room, and says which they are.
std::vector<std::string> Window(const TopView& view, int room, std::vector<std::string> table) {
  const int num_sessions = NumSessions(view);
  if (room >= num_sessions) return table;
  const int first = std::clamp(view.first_row, 0, num_sessions - room);
  table.erase(table.begin() + kTableHead + first + room, table.end());
  table.erase(table.begin() + kTableHead, table.begin() + kTableHead + first);
  table.push_back(
      fmt::format("{} to {} of {}; j and k show more", first + 1, first + room, num_sessions));
  return table;
}

}  // namespace

int NumRowsShown(const TopView& view, const TextSize& size) {
  return RoomForRows(view, size, static_cast<int>(HeaderLines(view, false).size()));
}

std::string RenderTop(const TopView& view, std::optional<TextSize> size, bool coloured) {
  std::vector<std::string> lines = HeaderLines(view, coloured);
  std::vector<std::string> table = TableLines(view, coloured);
  if (size && view.now) {
    table = Window(view, RoomForRows(view, *size, static_cast<int>(lines.size())), table);
  }
  lines.insert(lines.end(), table.begin(), table.end());
  if (size) {
    lines.resize(std::min(lines.size(), static_cast<std::size_t>(std::max(size->rows, 1))));
    for (std::string& line : lines) line = CutToColumns(line, size->columns);
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace efferent::control

#include "clients/control/watch_view.h"

#include "clients/control/session_text.h"
#include "files/printable_text.h"

namespace efferent::control {
namespace {

constexpr std::chrono::seconds kRateInterval{1};

std::string TimeText(std::int64_t time_ns) {
  return fmt::format("{:10.3f} s", 1e-9 * static_cast<double>(time_ns));
}

std::string VelocityText(const v1::Command& command) {
  return fmt::format("({:.3f}) m/s", fmt::join(command.velocity_m_s(), ", "));
}

}  // namespace

std::string WatchView::DescribeEvent(const v1::TrialEvent& event) {
  std::string text = fmt::format("{}  trial {} {}", TimeText(event.time_ns()), event.trial_index(),
                                 PrintableText(event.condition(), event.condition().size()));
  if (event.kind() == v1::TRIAL_EVENT_KIND_START) {
    trial_ = event;
    return text + " begins";
  }
  text += event.success() ? " ends: target acquired" : " ends: target not acquired";
  if (trial_ && trial_->trial_index() == event.trial_index()) {
    text +=
        fmt::format(", {:.2f} s", 1e-9 * static_cast<double>(event.time_ns() - trial_->time_ns()));
  }
  trial_.reset();
  return text;
}

void WatchView::TakeStatistics(const v1::SessionStatistics& statistics, Time now) {
  statistics_ = statistics;
  const std::uint64_t bins = statistics.decoded_bin_count();
  if (counted_ && now - counted_->time < kRateInterval) return;
  if (counted_) {
    const double seconds = std::chrono::duration<double>(now - counted_->time).count();
    bins_per_s_ = static_cast<double>(bins - counted_->bins) / seconds;
  }
  counted_ = Count{bins, now};
}

std::vector<std::string> WatchView::Take(const v1::WatchSessionResponse& news, Time now) {
  std::vector<std::string> lines;
  for (const v1::TrialEvent& event : news.trial_events()) lines.push_back(DescribeEvent(event));
  if (news.has_command()) {
    const v1::Command& command = news.command();
    if (!command_ || command_->status() != command.status()) {
      const std::string before = command_ ? ", was " + StatusText(command_->status()) : "";
      lines.push_back(fmt::format("{}  commands are {}{} (bin {})",
                                  TimeText(command.bin_stop_time_ns()),
                                  StatusText(command.status()), before, command.bin_index()));
    }
    command_ = command;
  }
  if (news.has_statistics()) TakeStatistics(news.statistics(), now);
  return lines;
}

std::string WatchView::Status() const {
  std::string text = command_ ? fmt::format("{}  {} {}", TimeText(command_->bin_stop_time_ns()),
                                            StatusText(command_->status()), VelocityText(*command_))
                              : "no command yet";
  if (trial_) text += fmt::format("  trial {}", trial_->trial_index());
  if (bins_per_s_) text += fmt::format("  {:.0f} bins/s", *bins_per_s_);
  if (statistics_) {
    text += fmt::format("  rms error {} m/s  {} missed deadlines  {} lost chunks",
                        RmsErrorText(*statistics_), statistics_->missed_deadline_count(),
                        statistics_->missing_chunk_count());
  }
  return text;
}

}  // namespace efferent::control

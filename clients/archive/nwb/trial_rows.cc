#include "clients/archive/nwb/trial_rows.h"

#include <algorithm>
#include <limits>

#include "clients/archive/nwb/nwb_object.h"

namespace efferent::archive {

void TrialRows::Add(const v1::TrialEvent& event, std::int64_t decoded_until_ns) {
  const std::int64_t time_ns = std::max(event.time_ns(), decoded_until_ns);
  const std::int64_t effect_ns = (time_ns + bin_width_ns_ - 1) / bin_width_ns_ * bin_width_ns_;
  if (event.kind() == v1::TRIAL_EVENT_KIND_START) {
    if (under_way_) rows_.back().stop_ns = effect_ns;
    Row& row = rows_.emplace_back();
    row.start_ns = effect_ns;
    row.reported_start_ns = event.time_ns();
    row.condition = event.condition();
    row.trial_index = event.trial_index();
    under_way_ = true;
  } else if (under_way_) {
    rows_.back().stop_ns = effect_ns;
    rows_.back().reported_stop_ns = event.time_ns();
    rows_.back().success = event.success();
    under_way_ = false;
  }
}

void TrialRows::WriteSuccess(TableOutput* table) const {
  const bool is_known = std::all_of(rows_.begin(), rows_.end(),
                                    [](const Row& row) { return row.success.has_value(); });
  if (is_known) {
    std::vector<bool> success;
    for (const Row& row : rows_) success.push_back(*row.success);
    return table->Booleans("success", "Whether the target was acquired.", success);
  }
  std::vector<double> success;
  for (const Row& row : rows_) {
    success.push_back(!row.success   ? std::numeric_limits<double>::quiet_NaN()
                      : *row.success ? 1.0
                                     : 0.0);
  }
  table->Numbers("success",
                 "Whether the target was acquired: 1 yes, 0 no; not a number where the end of the "
                 "trial was not reported.",
                 success);
}

void TrialRows::Write(std::int64_t end_ns, Hdf5Output* file) {
  if (rows_.empty()) return;
  if (under_way_) rows_.back().stop_ns = std::max(rows_.back().start_ns, end_ns);
  std::vector<double> start, stop, reported_start, reported_stop;
  std::vector<std::string> condition;
  std::vector<std::int64_t> index;
  for (const Row& row : rows_) {
    start.push_back(Seconds(row.start_ns));
    stop.push_back(Seconds(row.stop_ns));
    reported_start.push_back(Seconds(row.reported_start_ns));
    reported_stop.push_back(row.reported_stop_ns ? Seconds(*row.reported_stop_ns)
                                                 : std::numeric_limits<double>::quiet_NaN());
    condition.push_back(row.condition);
    index.push_back(row.trial_index);
  }
  TableOutput table(file, "/intervals/trials", "TimeIntervals",
                    "Trials as the decoder met them, in whole bins.");
  table.Numbers("start_time", "Start of the first bin of the trial, seconds of session time.",
                start);
  table.Numbers("stop_time", "End of the last bin of the trial, seconds of session time.", stop);
  table.Texts("trial_type", "The task's name for the condition of the trial.", condition);
  WriteSuccess(&table);
  table.Integers("trial_index", "Number of the trial as the task counts them.", index);
  table.Numbers("reported_start_time",
                "When the trial started, as the task reported it, seconds of session time.",
                reported_start);
  table.Numbers(
      "reported_stop_time",
      "When the trial ended, as the task reported it, seconds of session time; not a number "
      "if it did not.",
      reported_stop);
  table.Finish(rows_.size());
}

}  // namespace efferent::archive

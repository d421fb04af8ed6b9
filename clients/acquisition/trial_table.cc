#include "clients/acquisition/trial_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "clients/report/printable_text.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

constexpr const char* kTable = "/intervals/trials";
// What the contract allows as a condition.
constexpr std::size_t kMaxConditionBytes = 128;

template <class T>
void RequireLength(const NwbFile& file, const std::vector<T>& column, const char* name,
                   std::size_t length) {
  if (column.size() == length) return;
  throw InputError(fmt::format("{}: {} has {} rows of start_time but {} of {}", file.hdf5().path(),
                               kTable, length, column.size(), name));
}

}  // namespace

std::vector<RecordedTrial> ReadTrials(const NwbFile& file, const BinGrid& grid,
                                      std::vector<std::string>* notes) {
  if (!file.hdf5().IsGroup(kTable)) return {};
  const auto start = file.NumberColumn(kTable, "start_time");
  const auto stop = file.NumberColumn(kTable, "stop_time");
  if (!start || !stop) {
    throw InputError(fmt::format("{}: {} lacks {}", file.hdf5().path(), kTable,
                                 start ? "stop_time" : "start_time"));
  }
  RequireLength(file, *stop, "stop_time", start->size());
  const auto type = file.StringColumn(kTable, "trial_type");
  if (type) RequireLength(file, *type, "trial_type", start->size());
  const auto success = file.NumberColumn(kTable, "success");
  if (success) RequireLength(file, *success, "success", start->size());
  const auto instability = file.NumberColumn(kTable, "instability");
  if (instability) RequireLength(file, *instability, "instability", start->size());

  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < start->size(); ++i) {
    if (!std::isfinite((*start)[i]) || !std::isfinite((*stop)[i])) continue;
    if ((*stop)[i] < (*start)[i]) {
      throw InputError(fmt::format("{}: trial {} stops at {} s, before it starts at {} s",
                                   file.hdf5().path(), i, (*stop)[i], (*start)[i]));
    }
    order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return (*start)[a] < (*start)[b]; });

  std::vector<RecordedTrial> trials;
  int cut = 0;
  for (const std::size_t i : order) {
    RecordedTrial trial;
    trial.first_bin = grid.FirstBinFrom((*start)[i]);
    trial.stop_bin = grid.FirstBinFrom((*stop)[i]);
    if (trial.stop_bin <= trial.first_bin) continue;
    trial.trial_type = type ? PrintableText((*type)[i], kMaxConditionBytes) : "trials";
    if (success && !std::isnan((*success)[i])) trial.success = (*success)[i] != 0.0;
    if (instability) trial.instability = (*instability)[i] != 0.0;
    if (!trials.empty() && trials.back().stop_bin > trial.first_bin) {
      ++cut;
      trials.back().stop_bin = trial.first_bin;
      if (trials.back().stop_bin <= trials.back().first_bin) trials.pop_back();
    }
    trials.push_back(std::move(trial));
  }
  if (cut > 0) notes->push_back(fmt::format("{} trials overlap the next: cut there", cut));
  const std::size_t left_out = start->size() - trials.size();
  if (left_out > 0) {
    notes->push_back(
        fmt::format("{} of {} trials left out: no times, or no bins", left_out, start->size()));
  }
  NameConditions(&trials);
  return trials;
}

void NameConditions(std::vector<RecordedTrial>* trials) {
  std::map<std::string, int> runs_of;
  for (std::size_t i = 0; i < trials->size(); ++i) {
    const bool begins_run = i == 0 || (*trials)[i].trial_type != (*trials)[i - 1].trial_type;
    if (begins_run) ++runs_of[(*trials)[i].trial_type];
  }
  std::map<std::string, int> run;
  for (std::size_t i = 0; i < trials->size(); ++i) {
    RecordedTrial& trial = (*trials)[i];
    const bool begins_run = i == 0 || trial.trial_type != (*trials)[i - 1].trial_type;
    if (begins_run) ++run[trial.trial_type];
    const int runs = runs_of[trial.trial_type];
    const bool numbered = runs > 1 && runs <= kMaxRuns;
    trial.condition =
        numbered ? fmt::format("{}#{}", trial.trial_type, run[trial.trial_type]) : trial.trial_type;
  }
}

}  // namespace efferent

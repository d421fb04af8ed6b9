#include "clients/acquisition/trial_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

#include "clients/session/errors.h"
#include "files/printable_text.h"

namespace efferent {
namespace {

constexpr const char* kIntervals = "/intervals";
constexpr const char* kDefaultTable = "trials";
// What the contract allows as a condition.
constexpr std::size_t kMaxConditionBytes = 128;
constexpr double kOpen = std::numeric_limits<double>::infinity();

// Reads the columns of a table that has `num_rows` rows. A column that cannot be read is left out and said.
class ColumnReader {
 public:
  ColumnReader(const NwbFile& file, std::string table, std::size_t num_rows, Findings* findings)
      : file_(file), table_(std::move(table)), num_rows_(num_rows), findings_(findings) {}

  std::vector<double> Numbers(const std::string& column) {
    return Read<double>(column, [&] { return file_.NumberColumn(table_, column); });
  }

  // Numbers are written out.
  std::vector<std::string> Texts(const std::string& column) {
    if (!IsNumeric(column)) {
      return Read<std::string>(column, [&] { return file_.StringColumn(table_, column); });
    }
    std::vector<std::string> texts;
    for (const double number : Numbers(column)) {
      const bool is_whole = number == std::round(number);
      texts.push_back(!std::isfinite(number) ? "unknown"
                      : is_whole             ? fmt::format("{:.0f}", number)
                                             : fmt::format("{}", number));
    }
    return texts;
  }

  // Words for yes and no count as such; what is neither, and NaN, is not known.
  std::vector<std::optional<bool>> Flags(const std::string& column) {
    std::vector<std::optional<bool>> flags;
    if (IsNumeric(column)) {
      for (const double number : Numbers(column)) {
        flags.push_back(std::isnan(number) ? std::nullopt : std::optional(number != 0.0));
      }
      return flags;
    }
    std::size_t num_unclear = 0;
    const std::vector<std::string> words = Texts(column);
    for (const std::string& word : words) {
      flags.push_back(ParseFlag(word));
      if (!flags.back()) ++num_unclear;
    }
    if (num_unclear > 0) {
      findings_->push_back(
          {"trial_values_unclear", static_cast<double>(num_unclear),
           static_cast<std::int64_t>(words.size()),
           fmt::format("trials: `{}` says neither yes nor no in {} of {} rows: not "
                       "known there",
                       column, num_unclear, words.size())});
    }
    return flags;
  }

 private:
  bool IsNumeric(const std::string& column) const {
    const std::string path = table_ + "/" + column;
    try {
      return file_.hdf5().IsDataset(path) && file_.hdf5().IsNumeric(path);
    } catch (const InputError&) {
      return false;  // Reading it says why.
    }
  }

  static std::optional<bool> ParseFlag(const std::string& word) {
    std::string lower;
    for (const char c : word) {
      lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    for (const char* yes : {"yes", "y", "true", "t", "1", "success", "successful", "correct", "hit",
                            "rewarded", "r"}) {
      if (lower == yes) return true;
    }
    for (const char* no : {"no", "n", "false", "f", "0", "failure", "failed", "fail", "incorrect",
                           "error", "miss", "abort", "aborted", "unrewarded", "unsuccessful"}) {
      if (lower == no) return false;
    }
    return std::nullopt;
  }

  template <class T, class ReadColumn>
  std::vector<T> Read(const std::string& column, ReadColumn read) {
    std::string why;
    try {
      if (file_.hdf5().IsDataset(fmt::format("{}/{}_index", table_, column))) {
        why = "it has several values a row";
      } else if (const auto values = read()) {
        if (values->size() == num_rows_) return *values;
        why = fmt::format("it has {} rows, start_time has {}", values->size(), num_rows_);
      }
    } catch (const InputError& e) {
      why = e.what();
    }
    if (!why.empty()) {
      findings_->push_back({"trial_columns_left_out", 1.0, 1,
                            fmt::format("trials: column `{}` is left out: {}", column, why)});
    }
    return {};
  }

  const NwbFile& file_;
  std::string table_;
  std::size_t num_rows_;
  Findings* findings_;
};

std::string OtherTables(const NwbFile& file) {
  std::string names;
  for (const std::string& name : file.hdf5().Children(kIntervals)) {
    if (name != kDefaultTable) names += (names.empty() ? "" : ", ") + PrintableText(name, 64);
  }
  return names;
}

// Path of the table, or nothing if there is none to read.
std::optional<std::string> FindTable(const NwbFile& file, const std::optional<std::string>& name,
                                     Findings* findings) {
  if (name == "none") return std::nullopt;
  const std::string table = fmt::format("{}/{}", kIntervals, name.value_or(kDefaultTable));
  const bool is_there = file.hdf5().IsGroup(table);
  const std::string others = OtherTables(file);
  if (is_there && file.hdf5().IsDataset(table + "/start_time")) return table;
  const std::string what =
      is_there ? table + " has no start_time" : "the file has no table " + table;
  if (name) {
    throw InputError(fmt::format("{}: --trials {}: {}; it has {}", file.hdf5().path(), *name, what,
                                 others.empty() ? "no other" : others));
  }
  if (is_there || !others.empty()) {
    findings->push_back({"trials_taken", 0.0, 0,
                         fmt::format("trials: none: {}{}", what,
                                     others.empty() ? "" : "; choose with --trials: " + others)});
  }
  return std::nullopt;
}

void Report(const char* metric, std::size_t value, std::size_t n, const char* what,
            Findings* findings) {
  if (value == 0) return;
  findings->push_back({metric, static_cast<double>(value), static_cast<std::int64_t>(n),
                       fmt::format("trials: {} of {} {}", value, n, what)});
}

}  // namespace

std::vector<TrialRow> ReadTrialRows(const NwbFile& file, const std::optional<std::string>& name,
                                    Findings* findings) {
  const std::optional<std::string> table = FindTable(file, name, findings);
  if (!table) return {};
  std::vector<double> start_s;
  try {
    start_s = file.NumberColumn(*table, "start_time").value_or(start_s);
  } catch (const InputError& e) {
    if (name) throw;
    findings->push_back({"trials_taken", 0.0, 0, fmt::format("trials: none: {}", e.what())});
    return {};
  }
  const std::size_t n = start_s.size();
  ColumnReader columns(file, *table, n, findings);
  std::vector<double> stop_s = columns.Numbers("stop_time");
  if (stop_s.empty()) stop_s.assign(n, std::numeric_limits<double>::quiet_NaN());
  const std::vector<std::string> type = columns.Texts("trial_type");
  const std::vector<std::optional<bool>> success = columns.Flags("success");
  const std::vector<std::optional<bool>> instability = columns.Flags("instability");

  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < n; ++i) {
    // Written so that a stop that is NaN passes.
    if (std::isfinite(start_s[i]) && !(stop_s[i] < start_s[i])) order.push_back(i);
  }
  Report("trials_dropped", n - order.size(), n, "dropped: they have no start, or stop before it",
         findings);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return start_s[a] < start_s[b]; });

  std::vector<TrialRow> rows;
  std::size_t num_open = 0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const std::size_t i = order[place];
    TrialRow& row = rows.emplace_back();
    row.start_s = start_s[i];
    row.stop_s = stop_s[i];
    if (!std::isfinite(row.stop_s)) {
      ++num_open;
      row.stop_s = place + 1 < order.size() ? start_s[order[place + 1]] : kOpen;
    }
    row.trial_type = type.empty() ? "trials" : PrintableText(type[i], kMaxConditionBytes);
    if (!success.empty()) row.success = success[i];
    if (!instability.empty()) row.instability = instability[i];
  }
  Report("trials_open", num_open, n, "have no stop: they end where the next begins", findings);
  return rows;
}

std::vector<RecordedTrial> PlaceTrials(const std::vector<TrialRow>& rows, const BinGrid& grid,
                                       Findings* findings) {
  std::vector<RecordedTrial> trials;
  std::size_t num_cut = 0;
  for (const TrialRow& row : rows) {
    RecordedTrial trial;
    trial.first_bin = grid.FirstBinFrom(row.start_s);
    trial.stop_bin = grid.FirstBinFrom(row.stop_s);
    if (trial.stop_bin <= trial.first_bin) continue;
    trial.trial_type = row.trial_type;
    trial.success = row.success;
    trial.instability = row.instability;
    if (!trials.empty() && trials.back().stop_bin > trial.first_bin) {
      ++num_cut;
      trials.back().stop_bin = trial.first_bin;
      if (trials.back().stop_bin <= trials.back().first_bin) trials.pop_back();
    }
    trials.push_back(std::move(trial));
  }
  Report("trials_cut", num_cut, rows.size(), "overlap the next: cut there", findings);
  Report("trials_without_bins", rows.size() - trials.size(), rows.size(),
         "left out: no bin of the recording lies in them", findings);
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

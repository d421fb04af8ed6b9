#include "clients/evaluation/recording/recording_table.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "clients/acquisition/scoring.h"
#include "clients/report/table.h"

namespace efferent {
namespace {

using Figures = std::vector<const ResultRow*>;

Figures Collect(const RecordingEvaluation& evaluation, const std::vector<ScoredDecoder>& decoders,
                const std::string& condition, const std::string& metric) {
  Figures figures;
  for (const ScoredDecoder& decoder : decoders) {
    figures.push_back(FindRow(evaluation.rows, decoder.name, condition, decoder.protocol, metric));
  }
  return figures;
}

std::string Mark(const std::optional<std::size_t>& best, std::size_t i) {
  return best == i ? "*" : " ";
}

// "16.6 / 23.7": median and mean, the best median marked.
std::vector<std::string> AngleCells(const RecordingEvaluation& evaluation,
                                    const std::vector<ScoredDecoder>& decoders,
                                    const std::string& condition, bool mark) {
  const Figures medians = Collect(evaluation, decoders, condition, "angle_median_deg");
  const Figures means = Collect(evaluation, decoders, condition, "angle_mean_deg");
  std::vector<std::string> cells;
  const std::optional<std::size_t> best = mark ? Best(medians, true) : std::nullopt;
  for (std::size_t i = 0; i < medians.size(); ++i) {
    const bool known = medians[i] != nullptr && means[i] != nullptr;
    cells.push_back(
        known ? fmt::format("{}{:.1f} / {:5.1f}", Mark(best, i), medians[i]->value, means[i]->value)
              : std::string("-"));
  }
  return cells;
}

std::vector<std::string> Cells(const Figures& figures, int digits,
                               const std::optional<std::size_t>& best) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    cells.push_back(figures[i] != nullptr
                        ? fmt::format("{}{:.{}f}", Mark(best, i), figures[i]->value, digits)
                        : std::string("-"));
  }
  return cells;
}

void AddRow(std::string name, std::string trials, std::vector<std::string> cells, Table* table) {
  cells.insert(cells.begin(), {std::move(name), std::move(trials)});
  table->AddRow(std::move(cells));
}

Table StartTable(const RecordingEvaluation& evaluation,
                 const std::vector<ScoredDecoder>& decoders) {
  std::vector<std::string> header = {"condition",
                                     evaluation.input.has_trials() ? "trials" : "blocks"};
  for (const ScoredDecoder& decoder : decoders) header.push_back(decoder.name);
  return Table(header);
}

void AddConditions(const RecordingEvaluation& evaluation,
                   const std::vector<ScoredDecoder>& decoders, bool mark, Table* table) {
  for (const ScoredCondition& condition : ScoredConditions(evaluation.task())) {
    const std::string trials = fmt::format("{}", condition.units.size());
    if (evaluation.label == LabelSource::kTarget) {
      AddRow(condition.name, trials, AngleCells(evaluation, decoders, condition.name, mark), table);
      continue;
    }
    for (const char* metric : {"r2", "correlation"}) {
      const auto num_axes = static_cast<std::size_t>(evaluation.recording->num_dimensions);
      for (std::size_t axis = 0; axis < num_axes; ++axis) {
        const Figures figures = Collect(evaluation, decoders, condition.name,
                                        fmt::format("{}_{}", metric, AxisName(axis)));
        AddRow(fmt::format("{}, {} {}", condition.name, metric, AxisName(axis)), trials,
               Cells(figures, 3, mark ? Best(figures, false) : std::nullopt), table);
      }
    }
  }
}

void AddAdaptation(const RecordingEvaluation& evaluation,
                   const std::vector<ScoredDecoder>& decoders, Table* table) {
  if (evaluation.label != LabelSource::kTarget) return;
  for (const InstabilityRun& run : InstabilityRuns(evaluation.task())) {
    const std::string& condition = evaluation.input.trials()[run.first].condition;
    const Figures figures = Collect(evaluation, decoders, condition, "trials_to_30deg");
    std::vector<std::string> cells = Cells(figures, 0, Best(figures, true));
    for (std::size_t i = 0; i < figures.size(); ++i) {
      if (figures[i] && figures[i]->value >= static_cast<double>(run.stop - run.first)) {
        cells[i] = "never";
      }
    }
    AddRow(fmt::format("trials to 30 deg, from {}", condition),
           fmt::format("{}", run.stop - run.first), std::move(cells), table);
  }
}

std::string ProtocolTable(const RecordingEvaluation& evaluation, const std::string& protocol) {
  const std::vector<ScoredDecoder> decoders = ScoredDecoders(evaluation, protocol);
  Table table = StartTable(evaluation, decoders);
  AddConditions(evaluation, decoders, true, &table);
  AddAdaptation(evaluation, decoders, &table);
  AddRow("us per bin, decode and learn", "",
         Cells(Collect(evaluation, decoders, "all", "us_per_bin"), 1, std::nullopt), &table);
  return table.ToString();
}

std::string ControlTable(const RecordingEvaluation& evaluation, const char* suffix) {
  const std::vector<ScoredDecoder> decoders =
      ScoredDecoders(evaluation, Protocols(evaluation).front() + suffix, false);
  Table table = StartTable(evaluation, decoders);
  AddConditions(evaluation, decoders, false, &table);
  return table.ToString();
}

// "23.6 / 89.6": the balanced error with neurons, and with all channels silent.
std::string BalancedTable(const RecordingEvaluation& evaluation) {
  const std::vector<ScoredDecoder> decoders =
      ScoredDecoders(evaluation, Protocols(evaluation).front());
  std::vector<ScoredDecoder> silent = decoders;
  for (ScoredDecoder& decoder : silent) decoder.protocol += kSilentSuffix;
  Table table = StartTable(evaluation, decoders);
  const auto text = [](const ResultRow* row) {
    return row != nullptr ? fmt::format("{:.1f}", row->value) : std::string("-");
  };
  for (const ScoredCondition& condition : ScoredConditions(evaluation.task())) {
    const Figures with = Collect(evaluation, decoders, condition.name, "angle_balanced_deg");
    const Figures without = Collect(evaluation, silent, condition.name, "angle_balanced_deg");
    const auto best = Best(with, true);
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < with.size(); ++i) {
      cells.push_back(fmt::format("{}{} / {}", Mark(best, i), text(with[i]), text(without[i])));
    }
    AddRow(condition.name, fmt::format("{}", condition.units.size()), std::move(cells), &table);
  }
  return table.ToString();
}

std::string WhatIsShown(const RecordingEvaluation& evaluation, const std::string& protocol) {
  std::string text;
  if (evaluation.label == LabelSource::kTarget) {
    text = fmt::format(
        "Angle between decoded velocity and direction to the target, median / mean, degrees; bins "
        "where the\ncursor is released and more than {:.0f} mm from the target; a zero velocity "
        "counts as 90.",
        kMinTargetDistanceM * 1e3);
  } else {
    text = "R2 = 1 - SSE/SST of the decoded velocity, and its correlation with the measured one.";
  }
  text += fmt::format(" {}: ", protocol);
  if (protocol == kPrequentialName) {
    text += "each\ntrial is decoded with what the trials before it taught.";
  } else if (protocol == kHoldoutFrozenName) {
    text +=
        fmt::format("bins\nfrom {} on are scored, nothing is learnt there.", evaluation.first_bin);
  } else {
    text += fmt::format("bins\nfrom {} on are scored, learning goes on, trial by trial.",
                        evaluation.first_bin);
  }
  return text + " *: best of the row.\n";
}

}  // namespace

std::vector<std::string> Protocols(const RecordingEvaluation& evaluation) {
  std::vector<std::string> protocols;
  for (const EvaluatedRun& run : evaluation.runs) {
    if (run.control != ChannelControl::kNone) continue;
    if (std::find(protocols.begin(), protocols.end(), run.protocol) == protocols.end()) {
      protocols.push_back(run.protocol);
    }
  }
  return protocols;
}

std::vector<ScoredDecoder> ScoredDecoders(const RecordingEvaluation& evaluation,
                                          const std::string& protocol, bool with_recorded) {
  std::vector<ScoredDecoder> decoders;
  if (with_recorded && !evaluation.recording->recorded_velocity_m_s.empty()) {
    decoders.push_back({"recorded", kAsRecordedName});
  }
  for (const EvaluatedRun& run : evaluation.runs) {
    const bool known = std::any_of(decoders.begin(), decoders.end(), [&](const ScoredDecoder& d) {
      return d.name == run.decoder.name;
    });
    if (run.protocol == protocol && !known) decoders.push_back({run.decoder.name, protocol});
  }
  return decoders;
}

std::vector<GuessableCondition> GuessableConditions(const RecordingEvaluation& evaluation) {
  std::vector<GuessableCondition> guessable;
  const std::string protocol = Protocols(evaluation).front() + kSilentSuffix;
  for (const ScoredCondition& condition : ScoredConditions(evaluation.task())) {
    const ResultRow* best = nullptr;
    for (const ScoredDecoder& decoder : ScoredDecoders(evaluation, protocol, false)) {
      const ResultRow* row =
          FindRow(evaluation.rows, decoder.name, condition.name, protocol, "angle_median_deg");
      if (row != nullptr && (best == nullptr || row->value < best->value)) best = row;
    }
    if (best != nullptr && best->value < kGuessableDeg) guessable.push_back({condition.name, best});
  }
  return guessable;
}

std::optional<std::size_t> Best(const std::vector<const ResultRow*>& figures, bool lowest) {
  std::optional<std::size_t> best;
  std::size_t num_known = 0;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (figures[i] == nullptr) continue;
    ++num_known;
    if (!best || (lowest ? figures[i]->value < figures[*best]->value
                         : figures[i]->value > figures[*best]->value)) {
      best = i;
    }
  }
  return num_known > 1 ? best : std::nullopt;
}

std::string DescribeEvaluation(const RecordingEvaluation& evaluation) {
  std::string text =
      DescribeFindings(evaluation.recording->findings) + DescribeFindings(RunFindings(evaluation));
  for (const std::string& protocol : Protocols(evaluation)) {
    text += fmt::format("\n{}\n{}", WhatIsShown(evaluation, protocol),
                        ProtocolTable(evaluation, protocol));
  }
  text += fmt::format(
      "\nControl: the same ({}) with all channels silent. What is reached here is owed to the "
      "task: where the\ncursor strayed, the way back to the target can be guessed without a brain. "
      "{} is chance.\n\n{}",
      Protocols(evaluation).front(),
      evaluation.label == LabelSource::kTarget ? "90 degrees" : "An R2 of 0",
      ControlTable(evaluation, kSilentSuffix));
  text += fmt::format(
      "\nControl: the same with all spikes in one channel. How many spikes there are says when and "
      "how fast the subject\nmoves, but hardly where to: a good score here is a label that leaks, "
      "not a decoded brain.\n\n{}",
      ControlTable(evaluation, kSummedSuffix));
  const bool planar = evaluation.recording->num_dimensions == 2;
  if (planar && evaluation.label == LabelSource::kTarget) {
    text += fmt::format(
        "\nBalanced: mean over eight directions to the target of the mean error in each, with "
        "neurons / without. One that\nalways points the same way is at 90, however often that way "
        "is right.\n\n{}",
        BalancedTable(evaluation));
  }
  for (const GuessableCondition& condition : GuessableConditions(evaluation)) {
    text +=
        fmt::format("{}: {} reaches a median of {:.1f} without neurons: read the balanced error\n",
                    condition.name, condition.control->decoder, condition.control->value);
  }
  return text;
}

}  // namespace efferent

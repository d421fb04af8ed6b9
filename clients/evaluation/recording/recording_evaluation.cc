#include "clients/evaluation/recording/recording_evaluation.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <tuple>
#include <utility>

#include "clients/evaluation/confidence_interval.h"
#include "clients/evaluation/parallel_jobs.h"
#include "clients/evaluation/recording/recording_run.h"
#include "clients/session/errors.h"

namespace efferent {
namespace {

InputError Unfit(const Recording& recording, const std::string& what) {
  return InputError(recording.path + ": " + what);
}

LabelSource ChooseLabel(const Recording& recording, std::optional<LabelSource> wanted) {
  const LabelSource label =
      wanted.value_or(recording.has_target() ? LabelSource::kTarget : LabelSource::kKinematics);
  if (!recording.has_behavior()) {
    throw Unfit(recording,
                recording.why_no_behavior.empty()
                    ? "no position and no velocity, so there is nothing to learn or to score by"
                    : recording.why_no_behavior);
  }
  if (label == LabelSource::kTarget && !recording.has_target()) {
    throw Unfit(recording,
                "no target (--label target); name a series with --target, or use --label "
                "kinematics");
  }
  return label;
}

std::int64_t FirstScoredBin(const RecordingInput& input, const Recording& recording,
                            const EvaluationSettings& settings) {
  if (settings.protocol != RecordingProtocol::kHoldout) return 0;
  const auto num_bins = static_cast<double>(input.num_bins());
  const auto from =
      input.num_bins() - static_cast<std::int64_t>(std::floor(settings.holdout * num_bins));
  // A trial is learnt from or scored, never half of each.
  for (const RecordedTrial& trial : input.trials()) {
    if (trial.first_bin >= from) return trial.first_bin;
  }
  throw Unfit(recording, fmt::format("no trial begins in the last {:g} % of the recording: nothing "
                                     "to score; give a larger --holdout",
                                     100.0 * settings.holdout));
}

RecordingEvaluation Prepare(Recording* recording, const EvaluationSettings& settings) {
  const LabelSource label = ChooseLabel(*recording, settings.label);
  PointTrack velocity = MeasuredVelocity(*recording, label == LabelSource::kKinematics);
  RecordingInput input(recording, velocity, settings.block_s);
  RecordingEvaluation evaluation(recording, std::move(input));
  evaluation.label = label;
  evaluation.first_bin = FirstScoredBin(evaluation.input, *recording, settings);
  if (label == LabelSource::kKinematics) {
    evaluation.limits = AddLabelFindings(velocity, !settings.fit_limits, recording);
    evaluation.measured_m_s = std::move(velocity);
  }
  return evaluation;
}

// The runs to do, without results yet.
std::vector<EvaluatedRun> PlanRuns(const EvaluationSettings& settings) {
  const bool holdout = settings.protocol == RecordingProtocol::kHoldout;
  const std::vector<std::string> protocols =
      holdout ? std::vector<std::string>{kHoldoutFrozenName, kHoldoutPrequentialName}
              : std::vector<std::string>{kPrequentialName};
  std::vector<EvaluatedRun> runs;
  for (const NamedDecoder& decoder : settings.decoders) {
    const std::optional<std::uint64_t> own_seed = SeedOf(decoder.params);
    std::vector<std::optional<std::uint64_t>> seeds(settings.seeds.begin(), settings.seeds.end());
    if (!own_seed || seeds.empty()) seeds = {own_seed};
    for (const std::string& protocol : protocols) {
      for (const auto& seed : seeds) {
        EvaluatedRun& run = runs.emplace_back();
        run.decoder = decoder;
        if (seed) SetSeed(*seed, &run.decoder.params);
        run.protocol = protocol;
        run.seed = seed;
      }
    }
    for (const auto& [control, suffix] : {std::pair(ChannelControl::kSilent, kSilentSuffix),
                                          std::pair(ChannelControl::kSummed, kSummedSuffix)}) {
      EvaluatedRun& run = runs.emplace_back();
      run.decoder = decoder;
      if (seeds.front()) SetSeed(*seeds.front(), &run.decoder.params);
      run.protocol = protocols.front() + suffix;
      run.seed = seeds.front();
      run.control = control;
    }
  }
  return runs;
}

std::vector<ResultRow> Carry(const RecordingEvaluation& evaluation, const StepParams& step,
                             EvaluatedRun* run, std::atomic<std::int64_t>* bins_done) {
  RunPlan plan;
  plan.step = step;
  plan.step.intention.label_source = evaluation.label;
  if (evaluation.limits) {
    plan.step.limits.max_speed_m_s = evaluation.limits->max_speed_m_s;
    plan.step.limits.max_acceleration_m_s2 =
        std::max(plan.step.limits.max_acceleration_m_s2, evaluation.limits->max_acceleration_m_s2);
  }
  plan.decoder = run->decoder.params;
  plan.control = run->control;
  const bool freezes = run->protocol.rfind(kHoldoutFrozenName, 0) == 0;
  if (freezes) plan.freeze_at_bin = evaluation.first_bin;
  RunResult result = RunOnRecording(evaluation.input, plan, bins_done);

  const std::string& name = run->decoder.name;
  std::vector<ResultRow> rows =
      ScoreRun(evaluation.task(), result.decoded_m_s, name, run->protocol, run->seed);
  run->us_per_bin = 1e6 * result.wall_s / static_cast<double>(evaluation.input.num_bins());
  run->num_learned = result.num_learned;
  run->learning = result.learning;
  run->input = result.input;
  run->decoded_m_s = std::move(result.decoded_m_s);
  const std::int64_t num_bins = evaluation.input.num_bins();
  const auto add = [&](const char* metric, double value, std::int64_t n) {
    ResultRow& row = rows.emplace_back();
    row = {name, "all", run->protocol, metric, value, n};
    row.seed = run->seed;
  };
  add("us_per_bin", run->us_per_bin, num_bins);
  add("rollbacks", static_cast<double>(run->learning.num_rollbacks), num_bins);
  add("labels_rejected", static_cast<double>(run->learning.num_rejected), run->learning.num_labels);
  return rows;
}

// Whether an earlier run differs in its seed alone: its track will do for pictures.
bool IsFurtherSeed(const std::vector<EvaluatedRun>& runs, std::size_t i) {
  return i > 0 && runs[i].protocol == runs[i - 1].protocol &&
         runs[i].decoder.name == runs[i - 1].decoder.name;
}

// Every decoder sees the same neurons.
Findings FindingsOfInput(const RecordingEvaluation& evaluation) {
  for (const EvaluatedRun& run : evaluation.runs) {
    if (run.control == ChannelControl::kNone) return InputFindings(run.input);
  }
  return {};
}

}  // namespace

std::vector<RecordingEvaluation> EvaluateRecordings(std::vector<Recording>* recordings,
                                                    const EvaluationSettings& settings,
                                                    const EvaluationProgress& on_progress) {
  std::vector<RecordingEvaluation> evaluations;
  std::int64_t total_bins = 0;
  const std::vector<EvaluatedRun> runs = PlanRuns(settings);
  for (Recording& recording : *recordings) {
    evaluations.push_back(Prepare(&recording, settings));
    evaluations.back().runs = runs;
    total_bins += recording.num_bins * static_cast<std::int64_t>(runs.size());
  }

  std::atomic<std::int64_t> bins_done{0};
  std::vector<std::vector<ResultRow>> rows_of_job(evaluations.size() * runs.size());
  const auto job = [&](std::size_t i) {
    RecordingEvaluation& evaluation = evaluations[i / runs.size()];
    EvaluatedRun& run = evaluation.runs[i % runs.size()];
    rows_of_job[i] = Carry(evaluation, settings.step, &run, &bins_done);
    if (IsFurtherSeed(evaluation.runs, i % runs.size())) run.decoded_m_s = {};
  };
  RunJobs(rows_of_job.size(), settings.num_threads, job, [&] {
    if (on_progress) on_progress(bins_done, total_bins);
  });

  for (std::size_t i = 0; i < rows_of_job.size(); ++i) {
    std::vector<ResultRow>& rows = evaluations[i / runs.size()].rows;
    rows.insert(rows.end(), rows_of_job[i].begin(), rows_of_job[i].end());
  }
  for (RecordingEvaluation& evaluation : evaluations) {
    const PointTrack& of_the_day = evaluation.recording->recorded_velocity_m_s;
    if (!of_the_day.empty()) {
      const std::vector<ResultRow> rows =
          ScoreRun(evaluation.task(), of_the_day, "recorded", kAsRecordedName, std::nullopt);
      evaluation.rows.insert(evaluation.rows.end(), rows.begin(), rows.end());
    }
    AddMeansOverSeeds(&evaluation.rows);
    for (const Findings& found : {evaluation.recording->findings, FindingsOfInput(evaluation)}) {
      const std::vector<ResultRow> rows = FindingRows(found);
      evaluation.rows.insert(evaluation.rows.end(), rows.begin(), rows.end());
    }
  }
  return evaluations;
}

Findings RunFindings(const RecordingEvaluation& evaluation) {
  Findings findings = FindingsOfInput(evaluation);
  for (const EvaluatedRun& run : evaluation.runs) {
    LearningCounts counts = run.learning;
    if (run.control != ChannelControl::kNone)
      counts.num_rejected = 0;  // The same labels as with neurons.
    const Findings of_run =
        LearningFindings(fmt::format("{} ({})", run.decoder.name, run.protocol), counts);
    findings.insert(findings.end(), of_run.begin(), of_run.end());
  }
  return findings;
}

void AddMeansOverSeeds(std::vector<ResultRow>* rows) {
  using Key = std::tuple<std::string, std::string, std::string, std::string>;
  std::map<Key, std::vector<double>> values;
  std::vector<Key> order;
  for (const ResultRow& row : *rows) {
    const Key key(row.decoder, row.condition, row.protocol, row.metric);
    std::vector<double>& of_key = values[key];
    if (of_key.empty()) order.push_back(key);
    of_key.push_back(row.value);
  }
  for (const Key& key : order) {
    const std::vector<double>& of_key = values[key];
    if (of_key.size() < 2) continue;
    const MeanOfRuns summary = SummarizeRuns(of_key);
    ResultRow& row = rows->emplace_back();
    std::tie(row.decoder, row.condition, row.protocol, row.metric) = key;
    row.value = summary.mean;
    row.n = static_cast<std::int64_t>(of_key.size());
    row.ci_low = summary.interval->low;
    row.ci_high = summary.interval->high;
  }
}

const ResultRow* FindRow(const std::vector<ResultRow>& rows, const std::string& decoder,
                         const std::string& condition, const std::string& protocol,
                         const std::string& metric) {
  const ResultRow* found = nullptr;
  for (const ResultRow& row : rows) {
    if (row.decoder != decoder || row.condition != condition || row.protocol != protocol ||
        row.metric != metric) {
      continue;
    }
    // The mean over seeds comes after the seeds.
    found = &row;
  }
  return found;
}

}  // namespace efferent

#include "clients/evaluation/closed_loop/study.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "clients/evaluation/channel_control.h"
#include "clients/evaluation/closed_loop/experiment.h"
#include "clients/evaluation/parallel_jobs.h"

namespace efferent::closed_loop {
namespace {

constexpr std::size_t kNumSampleTrials = 12;

/// A decoder (or none: a reference) in a condition, and where its outcome goes.
struct Entry {
  std::optional<PreparedDecoder> decoder;
  const Condition* condition;
  DecoderOutcome* outcome;
  std::vector<std::vector<double>> trial_times_s;  // by run
};

/// One run of an entry.
struct Job {
  Entry* entry;
  std::size_t run;
  ChannelControl control;
};

std::unique_ptr<Pilot> MakePilot(const Entry& entry, std::size_t run, ChannelControl control) {
  if (!entry.decoder) {
    return entry.outcome->decoder == kIntent ? MakeIntentPilot() : MakeLabelPilot(*entry.condition);
  }
  PreparedDecoder prepared = *entry.decoder;
  if (control == ChannelControl::kSummed) prepared.step.num_channels = 1;
  DecoderParams& params = prepared.decoder.params;
  if (const auto seed = SeedOf(params)) SetSeed(*seed + run, &params);
  prepared.step.intention.exploration_seed += run;
  return MakeDecoderPilot(prepared);
}

void RunJob(const Job& job, std::uint64_t seed) {
  Entry& entry = *job.entry;
  Condition condition = *entry.condition;
  condition.silent = condition.silent || job.control == ChannelControl::kSilent;
  const auto pilot = MakePilot(entry, job.run, job.control);
  std::vector<TrialResult> trials = RunExperiment(condition, seed + job.run, pilot.get());
  const RunScores scores = ScoreRun(trials, condition.test_phase());
  switch (job.control) {
    case ChannelControl::kSilent:
      entry.outcome->dead_runs[job.run] = scores;
      return;
    case ChannelControl::kSummed:
      entry.outcome->summed_runs[job.run] = scores;
      return;
    case ChannelControl::kNone:
      entry.outcome->runs[job.run] = scores;
  }
  for (const TrialResult& trial : trials) entry.trial_times_s[job.run].push_back(trial.time_s);
  if (job.run != 0) return;
  const auto num_tests = static_cast<std::size_t>(condition.phases.back().num_trials);
  const auto first = trials.end() - static_cast<std::ptrdiff_t>(num_tests);
  const auto num_samples = static_cast<std::ptrdiff_t>(std::min(num_tests, kNumSampleTrials));
  entry.outcome->sample_trials.assign(first, first + num_samples);
}

/// Mean over runs, trial by trial.
std::vector<double> MeanCurve(const std::vector<std::vector<double>>& runs) {
  std::vector<double> mean(runs.front().size(), 0.0);
  for (const auto& run : runs) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += run[i] / static_cast<double>(runs.size());
    }
  }
  return mean;
}

}  // namespace

std::vector<ConditionOutcome> RunStudy(const std::vector<Condition>& conditions,
                                       const StudyParams& params,
                                       const std::function<void(const StudyProgress&)>& progress) {
  const auto num_runs = static_cast<std::size_t>(params.num_populations);
  const auto num_controls =
      static_cast<std::size_t>(std::min(params.num_control_populations, params.num_populations));
  std::vector<ConditionOutcome> outcomes;
  std::vector<Entry> entries;
  for (const Condition& condition : conditions) {
    ConditionOutcome& outcome = outcomes.emplace_back();
    outcome.condition = condition;
    for (const PreparedDecoder& prepared : PrepareDecoders(params.decoders, condition)) {
      DecoderOutcome& made = outcome.decoders.emplace_back();
      made.decoder = prepared.decoder.name;
      made.is_linear = KindOf(prepared.decoder.params) != SnnParams::kName;
      made.dead_runs.resize(num_controls);
      made.summed_runs.resize(num_controls);
      entries.push_back({prepared, nullptr, nullptr, {}});
    }
    if (condition.is_control()) continue;
    for (const char* reference : {kIntent, kLabel}) {
      outcome.decoders.emplace_back().decoder = reference;
      outcome.decoders.back().is_reference = true;
      entries.push_back({std::nullopt, nullptr, nullptr, {}});
    }
  }
  // Only now does nothing move any more.
  std::vector<Job> jobs;
  auto entry = entries.begin();
  for (ConditionOutcome& outcome : outcomes) {
    for (DecoderOutcome& decoder : outcome.decoders) {
      decoder.runs.resize(num_runs);
      entry->condition = &outcome.condition;
      entry->outcome = &decoder;
      entry->trial_times_s.resize(num_runs);
      const auto add = [&](std::size_t how_many, ChannelControl control) {
        for (std::size_t run = 0; run < how_many; ++run) jobs.push_back({&*entry, run, control});
      };
      add(num_runs, ChannelControl::kNone);
      add(decoder.dead_runs.size(), ChannelControl::kSilent);
      add(decoder.summed_runs.size(), ChannelControl::kSummed);
      ++entry;
    }
  }
  StudyProgress state;
  state.num_runs = jobs.size();
  for (const Job& job : jobs) state.num_trials += job.entry->condition->num_trials();
  std::atomic<std::size_t> latest{0}, done{0};
  std::atomic<std::int64_t> trials_done{0};
  RunJobs(
      jobs.size(), params.num_threads,
      [&](std::size_t i) {
        latest = i;
        RunJob(jobs[i], params.seed);
        trials_done += jobs[i].entry->condition->num_trials();
        ++done;
      },
      [&] {
        state.condition = jobs[latest].entry->condition->name;
        state.num_done = done;
        state.trials_done = trials_done;
        progress(state);
      });
  for (Entry& e : entries) e.outcome->trial_times_s = MeanCurve(e.trial_times_s);
  return outcomes;
}

}  // namespace efferent::closed_loop

#include "server/loop/control_loop.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace efferent {
namespace {

// Boundaries of trials that wait for their time; beyond this many the oldest take effect at once.
constexpr std::size_t kMaxWaitingBoundaries = 4 * BehaviorInbox::kCapacity;

std::string Ns(TimeNs time_ns) { return std::to_string(time_ns) + " ns"; }

/// Start of the data of a chunk of events that follows missing chunks; see ControlLoop::Admit.
std::uint64_t ResumeBin(const Chunk& chunk, std::uint64_t next_bin, std::uint64_t end_bin,
                        TimeNs bin_width_ns) {
  if (end_bin <= next_bin) return next_bin;
  const std::uint64_t window =
      SpikeBinner::kMaxBinsAhead - 1;  // one is kept for the bin that is not complete
  const std::uint64_t earliest_bin =
      std::max(next_bin, end_bin > window ? end_bin - window : std::uint64_t{0});
  std::uint64_t resume = end_bin - 1;
  for (const Spike& spike : chunk.spikes) {
    const auto bin = static_cast<std::uint64_t>(spike.time_ns / bin_width_ns);
    if (bin >= earliest_bin) resume = std::min(resume, bin);
  }
  return resume;
}

}  // namespace

ControlLoop::ControlLoop(std::unique_ptr<Step> step, const TimingParams& timing,
                         CommandMailbox* mailbox, BehaviorInbox* inbox, StageLatencies* latencies,
                         MonotonicClock clock)
    : step_(std::move(step)),
      timing_(timing),
      mailbox_(mailbox),
      inbox_(inbox),
      latencies_(latencies),
      clock_(std::move(clock)) {
  if (!step_) throw std::invalid_argument("step is null");
  boundaries_.reserve(kMaxWaitingBoundaries + BehaviorInbox::kCapacity);
  added_.reserve(BehaviorInbox::kCapacity);
  for (auto* changes : {&requested_changes_, &taken_changes_}) changes->reserve(kMaxWaitingChanges);
  // Emptied whenever a change is asked for, so that it holds what has been carried out since.
  retired_.reserve(2 * kMaxWaitingChanges);
  PublishStatus();
}

std::optional<Violation> ControlLoop::Admit(const Chunk& chunk, ChunkPlan* plan) const {
  *plan = ChunkPlan{};
  if (ledger_.Judge(chunk.sequence_number) != SequenceLedger::Verdict::kNew) {
    plan->ignored = true;
    return std::nullopt;
  }
  const SpikeBinner& binner = step_->binner();
  const TimeNs width = binner.bin_width_ns();
  const std::uint64_t next_bin = binner.next_bin_index();
  const std::uint64_t missing_chunks = ledger_.MissingBefore(chunk.sequence_number);

  if (chunk.complete_until_ns < complete_until_ns_) {
    return Violation{"chunk.complete_until_ns",
                     "is " + Ns(chunk.complete_until_ns) + ", before that of the last chunk (" +
                         Ns(complete_until_ns_) + "); session time never goes back"};
  }
  plan->first_bin_index = next_bin;
  auto end_bin = static_cast<std::uint64_t>(chunk.complete_until_ns / width);
  if (chunk.has_counts) {
    plan->first_bin_index = static_cast<std::uint64_t>(chunk.counts_start_time_ns / width);
    if (plan->first_bin_index < next_bin) {
      return Violation{
          "chunk.spike_counts.start_time_ns",
          "is " + Ns(chunk.counts_start_time_ns) + ", but bins up to " +
              Ns(binner.next_bin_start_ns()) +
              " are decoded; go on from `decoded_until_ns` of the last acknowledgement"};
    }
  } else if (missing_chunks > 0) {
    plan->first_bin_index = ResumeBin(chunk, next_bin, end_bin, width);
  }
  plan->num_bins = end_bin > plan->first_bin_index ? end_bin - plan->first_bin_index : 0;

  const TimeNs length_ns =
      chunk.complete_until_ns - static_cast<TimeNs>(plan->first_bin_index) * width;
  if (length_ns > SpikeBinner::kMaxBinsAhead * width) {
    return Violation{"chunk.complete_until_ns",
                     "is " + Ns(chunk.complete_until_ns) + ": the chunk is longer than " +
                         std::to_string(SpikeBinner::kMaxBinsAhead) + " bins from " +
                         Ns(static_cast<TimeNs>(plan->first_bin_index) * width) +
                         " on; send shorter chunks, or leave out a sequence number where data are "
                         "missing"};
  }
  if (!chunk.behavior.empty() && chunk.behavior.size() != plan->num_bins) {
    return Violation{"chunk.behavior", "has " + std::to_string(chunk.behavior.size()) +
                                           " samples, must have one for each of the " +
                                           std::to_string(plan->num_bins) +
                                           " bins that the chunk completes, or none"};
  }
  for (std::size_t i = 0; i < chunk.behavior.size(); ++i) {
    const TimeNs start = static_cast<TimeNs>(plan->first_bin_index + i) * width;
    const TimeNs time = chunk.behavior[i].time_ns;
    if (time >= start && time < start + width) continue;
    return Violation{"chunk.behavior[" + std::to_string(i) + "].arm_state.time_ns",
                     "is " + Ns(time) + ", must lie in its bin, [" + std::to_string(start) + ", " +
                         std::to_string(start + width) + ") ns"};
  }
  return std::nullopt;
}

void ControlLoop::Apply(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
                        std::vector<PublishedCommand>* published) {
  if (plan.ignored) {
    const bool late = ledger_.Judge(chunk.sequence_number) == SequenceLedger::Verdict::kLate;
    if (late) late_chunk_events_ += chunk.spikes.size();
    ledger_.Enter(chunk.sequence_number);
    return PublishStatus();
  }
  LearnPending();
  ledger_.Enter(chunk.sequence_number);
  counts_.missed_bin_count += step_->SkipTo(plan.first_bin_index);
  step_->AddSpikes(chunk.spikes);
  added_.assign(chunk.trial_boundaries.begin(), chunk.trial_boundaries.end());
  TakeBoundaries(&added_);
  schedule_.OnChunk(chunk.complete_until_ns, arrived_at_ns);
  const std::int64_t due_ns = schedule_.DueNs(chunk.complete_until_ns);
  const std::int64_t deadline_ns = due_ns + timing_.deadline_ns;

  const auto num_channels = static_cast<std::size_t>(step_->binner().num_channels());
  for (std::size_t bin = 0; bin < plan.num_bins; ++bin) {
    // Of the bin before: the rest of the chunk must still be decoded in time.
    LearnUntil(due_ns + timing_.deadline_ns / 2);
    const std::int64_t began_at_ns = clock_();
    PrepareBin();
    if (chunk.has_counts) {
      step_->AddCounts(std::span(chunk.counts).subspan(bin * num_channels, num_channels));
    }
    const BehaviorSample* replayed = chunk.behavior.empty() ? nullptr : &chunk.behavior[bin];
    std::optional<Vec3> position_m;
    if (arm_) {
      position_m = arm_->position_m;
    } else if (replayed) {
      position_m = replayed->position_m;
    }
    Command command;
    step_->DecodeBin(position_m, &command);
    const std::int64_t now_ns = clock_();
    published->push_back(mailbox_->PublishBin(command, chunk.client_send_time_ns, now_ns));

    latencies_->Record(Stage::kDecode, now_ns - began_at_ns);
    if (timing_.real_time && now_ns > deadline_ns) ++counts_.missed_deadline_count;
    ++counts_.decoded_bin_count;
    pending_behavior_ = replayed ? std::optional(*replayed) : arm_;
    learning_pending_ = true;
  }
  // The next chunk will be as long as this one, but for a live source that sends bin by bin.
  const TimeNs length_ns = static_cast<TimeNs>(plan.num_bins) * step_->binner().bin_width_ns();
  if (plan.num_bins > 0) {
    learn_until_ns_ = due_ns + length_ns;
    begin_learning_by_ns_ = due_ns + length_ns / 2;
  }
  complete_until_ns_ = chunk.complete_until_ns;
  PublishStatus();
}

void ControlLoop::LearnPending() {
  // What begins so late has waited for a processor, and so do others: learning gives way before commands.
  LearnUntil(clock_() <= begin_learning_by_ns_ ? learn_until_ns_ : 0);
}

void ControlLoop::LearnUntil(std::int64_t until_ns) {
  if (!learning_pending_) return;
  learning_pending_ = false;
  const std::int64_t began_at_ns = clock_();
  const bool learns = step_->learner().enabled();
  bool learnt = false;
  const bool ran = LearnInTime(&driver_learning_, until_ns,
                               [&] { learnt = step_->LearnBin(pending_behavior_); });
  if (learnt) ++counts_.learned_bin_count;
  if (!ran && learns) ++counts_.skipped_learning_count;
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    if (!step_->shadows().at(slot)) continue;
    const auto index = static_cast<std::size_t>(slot);
    if (!ran ||
        !LearnInTime(&shadow_learning_[index], until_ns, [&] { step_->ShowShadow(slot); })) {
      ++counts_.shadows[index].skipped_bin_count;
    }
  }
  LookAtWeights();
  latencies_->Record(Stage::kLearn, clock_() - began_at_ns);
  PublishStatus();
}

template <class Learn>
bool ControlLoop::LearnInTime(ExpectedDuration* expected, std::int64_t until_ns, Learn&& learn) {
  const std::int64_t began_at_ns = clock_();
  if (timing_.real_time && began_at_ns + expected->ns() > until_ns) {
    expected->Fade();
    return false;
  }
  learn();
  expected->Observe(clock_() - began_at_ns);
  return true;
}

void ControlLoop::LookAtWeights() {
  const Decoder& decoder = step_->learner().decoder();
  counts_.firing_rate_hz = decoder.firing_rate_hz();
  // The norm takes a while: once a second of session time.
  const auto bins_per_s =
      static_cast<std::uint64_t>(1'000'000'000 / step_->binner().bin_width_ns());
  if (counts_.weight_norm && counts_.decoded_bin_count - weights_seen_at_bin_ < bins_per_s) return;
  weights_seen_at_bin_ = counts_.decoded_bin_count;
  counts_.weight_norm = decoder.weight_norm();
}

void ControlLoop::SetLearning(bool enabled) {
  const std::lock_guard lock(status_mutex_);
  requested_learning_ = enabled;
}

bool ControlLoop::Change(DecoderChange change) {
  std::vector<DecoderChange> retired;  // destroyed here, not in the loop
  retired.reserve(2 * kMaxWaitingChanges);
  const std::lock_guard lock(status_mutex_);
  retired.swap(retired_);
  if (requested_changes_.size() >= kMaxWaitingChanges) return false;
  requested_changes_.push_back(std::move(change));
  return true;
}

std::unique_ptr<Learner> ControlLoop::MakeLearner(std::unique_ptr<Decoder> decoder) const {
  return step_->MakeLearner(std::move(decoder));
}

LoopStatus ControlLoop::status() const {
  const std::lock_guard lock(status_mutex_);
  LoopStatus status = status_;
  status.learning_enabled = requested_learning_.value_or(status.learning_enabled);
  return status;
}

void ControlLoop::PrepareBin() {
  if (mailbox_->BeginBin()) step_->OnStopped();
  TakeRequests();

  added_.clear();
  arm_ = inbox_->Take(&added_);
  TakeBoundaries(&added_);
  const TimeNs bin_start = step_->binner().next_bin_start_ns();
  auto boundary = boundaries_.begin();
  for (; boundary != boundaries_.end(); ++boundary) {
    const auto waiting = static_cast<std::size_t>(boundaries_.end() - boundary);
    if (boundary->time_ns > bin_start && waiting <= kMaxWaitingBoundaries) break;
    if (boundary->kind == TrialBoundary::Kind::kStart) {
      step_->OnTrialStart();
    } else {
      step_->OnTrialStop();
    }
  }
  boundaries_.erase(boundaries_.begin(), boundary);
}

void ControlLoop::TakeRequests() {
  std::optional<bool> learning;
  {
    const std::lock_guard lock(status_mutex_);
    learning = std::exchange(requested_learning_, std::nullopt);
    if (learning) status_.learning_enabled = *learning;
    taken_changes_.swap(requested_changes_);
  }
  if (learning) step_->SetLearningEnabled(*learning);
  if (taken_changes_.empty()) return;
  for (DecoderChange& change : taken_changes_) CarryOut(&change);
  counts_.decoder_change_count += taken_changes_.size();
  const std::lock_guard lock(status_mutex_);
  std::move(taken_changes_.begin(), taken_changes_.end(), std::back_inserter(retired_));
  taken_changes_.clear();
}

void ControlLoop::CarryOut(DecoderChange* change) {
  const auto index = static_cast<std::size_t>(change->slot);
  switch (change->kind) {
    case DecoderChange::Kind::kAddShadow:
      step_->AddShadow(change->slot, std::move(change->learner), change->frozen, change->twin);
      shadow_learning_[index] = ExpectedDuration();
      counts_.shadows[index] = {};
      return;
    case DecoderChange::Kind::kRemoveShadow:
      change->learner = step_->RemoveShadow(change->slot);
      counts_.shadows[index] = {};
      return;
    case DecoderChange::Kind::kSwap:
      change->learner = step_->SwapDriver(std::move(change->learner));
      driver_learning_ = ExpectedDuration();
      break;
    case DecoderChange::Kind::kPromoteShadow:
      step_->PromoteShadow(change->slot);
      std::swap(driver_learning_, shadow_learning_[index]);
      break;
  }
  driver_rollbacks_ = step_->learner().rollback_count();
  counts_.driver_since_bin_index = step_->binner().next_bin_index();
  counts_.weight_norm.reset();
}

void ControlLoop::TakeBoundaries(std::vector<TrialBoundary>* added) {
  for (const TrialBoundary& boundary : *added) {
    const auto place = std::upper_bound(
        boundaries_.begin(), boundaries_.end(), boundary,
        [](const TrialBoundary& a, const TrialBoundary& b) { return a.time_ns < b.time_ns; });
    boundaries_.insert(place, boundary);
  }
}

void ControlLoop::PublishStatus() {
  const SpikeBinner& binner = step_->binner();
  const Learner& learner = step_->learner();
  counts_.applied_sequence_number = ledger_.highest();
  counts_.missing_chunk_count = ledger_.missing_count();
  counts_.late_chunk_count = ledger_.late_count();
  counts_.duplicate_chunk_count = ledger_.duplicate_count();
  counts_.decoded_until_ns = binner.next_bin_start_ns();
  counts_.learning_enabled = learner.enabled();
  counts_.late_event_count = binner.late_event_count() + late_chunk_events_;
  counts_.fault_count += learner.rollback_count() - driver_rollbacks_;
  driver_rollbacks_ = learner.rollback_count();
  const auto score = [](const Learner& of, DecoderScore* into) {
    into->scored_bin_count = of.scored_bin_count();
    into->learned_bin_count = of.learned_bin_count();
    into->mean_squared_error_m2_s2 = of.mean_squared_error();
  };
  score(learner, &counts_.driver);
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    const Learner* shadow = step_->shadows().at(slot);
    if (shadow) score(*shadow, &counts_.shadows[static_cast<std::size_t>(slot)]);
  }
  const std::lock_guard lock(status_mutex_);
  status_ = counts_;
}

}  // namespace efferent

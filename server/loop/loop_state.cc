#include "server/loop/loop_state.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "decoder/state_visitor.h"

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

LoopState::LoopState(std::unique_ptr<Step> step) : step_(std::move(step)) {
  if (!step_) throw std::invalid_argument("step is null");
  boundaries_.reserve(kMaxWaitingBoundaries + BehaviorInbox::kCapacity);
}

std::optional<Violation> LoopState::Admit(const Chunk& chunk, ChunkPlan* plan) const {
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

void LoopState::Enter(const Chunk& chunk, const ChunkPlan& plan) noexcept {
  if (plan.ignored) {
    const bool late = ledger_.Judge(chunk.sequence_number) == SequenceLedger::Verdict::kLate;
    if (late) late_chunk_events_ += chunk.spikes.size();
    return ledger_.Enter(chunk.sequence_number);
  }
  ledger_.Enter(chunk.sequence_number);
  counts_.missed_bin_count += step_->SkipTo(plan.first_bin_index);
  step_->AddSpikes(chunk.spikes);
  TakeBoundaries(chunk.trial_boundaries);
  complete_until_ns_ = chunk.complete_until_ns;
}

void LoopState::PrepareBin(const BinInputs& inputs, std::span<DecoderChange> changes,
                           std::span<const TrialBoundary> added) noexcept {
  if (inputs.stopped) step_->OnStopped();
  if (inputs.learning) step_->SetLearningEnabled(*inputs.learning);
  for (DecoderChange& change : changes) CarryOut(&change);
  counts_.decoder_change_count += changes.size();
  arm_ = inputs.arm;

  TakeBoundaries(added);
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

Command LoopState::DecodeBin(const Chunk& chunk, std::size_t bin) noexcept {
  if (chunk.has_counts) {
    const auto num_channels = static_cast<std::size_t>(step_->binner().num_channels());
    step_->AddCounts(std::span(chunk.counts).subspan(bin * num_channels, num_channels));
  }
  const BehaviorSample* replayed = chunk.behavior.empty() ? nullptr : &chunk.behavior[bin];
  std::optional<TaskVector> position_m;
  if (arm_) {
    position_m = arm_->position_m;
  } else if (replayed) {
    position_m = replayed->position_m;
  }
  Command command;
  step_->DecodeBin(position_m, &command);
  CountDriver();
  ++counts_.decoded_bin_count;
  behavior_ = replayed ? std::optional(*replayed) : arm_;
  learning_pending_ = true;
  return command;
}

void LoopState::CarryOut(DecoderChange* change) noexcept {
  const auto index = static_cast<std::size_t>(change->slot);
  switch (change->kind) {
    case DecoderChange::Kind::kAddShadow:
      step_->AddShadow(change->slot, std::move(change->learner), change->frozen, change->twin);
      counts_.shadows[index] = {};
      return;
    case DecoderChange::Kind::kRemoveShadow:
      change->learner = step_->RemoveShadow(change->slot);
      counts_.shadows[index] = {};
      return;
    case DecoderChange::Kind::kSwap:
      change->learner = step_->SwapDriver(std::move(change->learner));
      break;
    case DecoderChange::Kind::kPromoteShadow:
      step_->PromoteShadow(change->slot);
      break;
  }
  const Learner& driver = step_->learner();
  counted_ = {driver.rollback_count(), driver.guard_rollback_count(),
              driver.rejected_label_count()};
  counts_.driver_since_bin_index = step_->binner().next_bin_index();
  counts_.weight_norm.reset();
}

void LoopState::TakeBoundaries(std::span<const TrialBoundary> added) noexcept {
  for (const TrialBoundary& boundary : added) {
    const auto place = std::upper_bound(
        boundaries_.begin(), boundaries_.end(), boundary,
        [](const TrialBoundary& a, const TrialBoundary& b) { return a.time_ns < b.time_ns; });
    boundaries_.insert(place, boundary);
  }
}

void LoopState::LookAtWeights() noexcept {
  const Decoder& decoder = step_->learner().decoder();
  counts_.firing_rate_hz = decoder.firing_rate_hz();
  // The norm takes a while: once a second of session time.
  const auto bins_per_s =
      static_cast<std::uint64_t>(1'000'000'000 / step_->binner().bin_width_ns());
  if (counts_.weight_norm && counts_.decoded_bin_count - weights_seen_at_bin_ < bins_per_s) return;
  weights_seen_at_bin_ = counts_.decoded_bin_count;
  counts_.weight_norm = decoder.weight_norm();
}

void LoopState::CountDriver() noexcept {
  const Learner& driver = step_->learner();
  const auto add = [](std::uint64_t now, std::uint64_t* counted, std::uint64_t* count) {
    *count += now - *counted;
    *counted = now;
  };
  add(driver.rollback_count(), &counted_.faults, &counts_.fault_count);
  add(driver.guard_rollback_count(), &counted_.learning_rollbacks,
      &counts_.learning_rollback_count);
  add(driver.rejected_label_count(), &counted_.rejected_labels, &counts_.rejected_label_count);
  counts_.learning_rollback_reason = driver.guard_rollback_reason();
}

const LoopStatus& LoopState::Count() noexcept {
  const SpikeBinner& binner = step_->binner();
  const Learner& learner = step_->learner();
  counts_.applied_sequence_number = ledger_.highest();
  counts_.missing_chunk_count = ledger_.missing_count();
  counts_.late_chunk_count = ledger_.late_count();
  counts_.duplicate_chunk_count = ledger_.duplicate_count();
  counts_.decoded_until_ns = binner.next_bin_start_ns();
  counts_.learning_enabled = learner.enabled();
  counts_.late_event_count = binner.late_event_count() + late_chunk_events_;
  counts_.implausible_bin_count = step_->implausible_bin_count();
  counts_.input_verdict = step_->input_guard().verdict();
  counts_.masked_channel_count = step_->input_guard().masked_count();
  counts_.ever_masked_channel_count = step_->input_guard().ever_masked_count();
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
  return counts_;
}

void LoopState::VisitState(StateVisitor& visitor) {
  visitor("step", *step_);
  visitor("ledger", ledger_);
  visitor("complete_until_ns", complete_until_ns_);
  visitor("driver_faults_counted", counted_.faults);
  visitor("driver_learning_rollbacks_counted", counted_.learning_rollbacks);
  visitor("driver_rejected_labels_counted", counted_.rejected_labels);
  visitor("weights_seen_at_bin", weights_seen_at_bin_);
  visitor("late_chunk_events", late_chunk_events_);
  std::size_t num_boundaries = boundaries_.size();
  visitor("num_boundaries", num_boundaries);
  visitor.Require(num_boundaries <= boundaries_.capacity(), "num_boundaries", "be smaller");
  boundaries_.resize(num_boundaries);
  visitor("boundaries", boundaries_);
  visitor("decoded_bin_count", counts_.decoded_bin_count);
  visitor("missed_bin_count", counts_.missed_bin_count);
  visitor("learned_bin_count", counts_.learned_bin_count);
  visitor("skipped_learning_count", counts_.skipped_learning_count);
  visitor("missed_deadline_count", counts_.missed_deadline_count);
  visitor("stale_bin_count", counts_.stale_bin_count);
  visitor("fault_count", counts_.fault_count);
  visitor("learning_rollback_count", counts_.learning_rollback_count);
  visitor("rejected_label_count", counts_.rejected_label_count);
  visitor("firing_rate_hz", counts_.firing_rate_hz, 0.0);
  visitor("weight_norm", counts_.weight_norm, 0.0);
  visitor("driver_since_bin_index", counts_.driver_since_bin_index);
  visitor("decoder_change_count", counts_.decoder_change_count);
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    // Short enough to need no memory.
    visitor("skipped_bins_" + std::to_string(slot),
            counts_.shadows[static_cast<std::size_t>(slot)].skipped_bin_count);
  }
  if (visitor.loads()) learning_pending_ = false;
}

}  // namespace efferent

#include "server/loop/control_loop.h"

#include <algorithm>
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

ControlLoop::ControlLoop(std::unique_ptr<Step> step, CommandMailbox* mailbox, BehaviorInbox* inbox,
                         MonotonicClock clock)
    : step_(std::move(step)), mailbox_(mailbox), inbox_(inbox), clock_(std::move(clock)) {
  if (!step_) throw std::invalid_argument("step is null");
  boundaries_.reserve(kMaxWaitingBoundaries + BehaviorInbox::kCapacity);
  added_.reserve(BehaviorInbox::kCapacity);
  PublishStatus();
}

std::optional<Violation> ControlLoop::Admit(const Chunk& chunk, ChunkPlan* plan) const {
  *plan = ChunkPlan{};
  if (chunk.sequence_number <= counts_.applied_sequence_number) {
    plan->duplicate = true;
    return std::nullopt;
  }
  const SpikeBinner& binner = step_->binner();
  const TimeNs width = binner.bin_width_ns();
  const std::uint64_t next_bin = binner.next_bin_index();
  plan->missing_chunks = chunk.sequence_number - counts_.applied_sequence_number - 1;

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
  } else if (plan->missing_chunks > 0) {
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

void ControlLoop::Apply(const Chunk& chunk, const ChunkPlan& plan,
                        std::vector<PublishedCommand>* published) {
  if (plan.duplicate) {
    ++counts_.duplicate_chunk_count;
    return PublishStatus();
  }
  LearnPending();
  counts_.missing_chunk_count += plan.missing_chunks;
  counts_.missed_bin_count += step_->SkipTo(plan.first_bin_index);
  step_->AddSpikes(chunk.spikes);
  added_.assign(chunk.trial_boundaries.begin(), chunk.trial_boundaries.end());
  TakeBoundaries(&added_);

  const auto num_channels = static_cast<std::size_t>(step_->binner().num_channels());
  for (std::size_t bin = 0; bin < plan.num_bins; ++bin) {
    LearnPending();  // of the bin before
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
    published->push_back(mailbox_->PublishBin(command, chunk.client_send_time_ns, clock_()));

    ++counts_.decoded_bin_count;
    pending_behavior_ = replayed ? std::optional(*replayed) : arm_;
    learning_pending_ = true;
  }
  complete_until_ns_ = chunk.complete_until_ns;
  counts_.applied_sequence_number = chunk.sequence_number;
  PublishStatus();
}

void ControlLoop::LearnPending() {
  if (!learning_pending_) return;
  learning_pending_ = false;
  step_->LearnBin(pending_behavior_);
  PublishStatus();
}

void ControlLoop::SetLearning(bool enabled) {
  const std::lock_guard lock(status_mutex_);
  requested_learning_ = enabled;
}

LoopStatus ControlLoop::status() const {
  const std::lock_guard lock(status_mutex_);
  LoopStatus status = status_;
  status.learning_enabled = requested_learning_.value_or(status.learning_enabled);
  return status;
}

void ControlLoop::PrepareBin() {
  if (mailbox_->BeginBin()) step_->OnStopped();

  std::optional<bool> learning;
  {
    const std::lock_guard lock(status_mutex_);
    learning = std::exchange(requested_learning_, std::nullopt);
    if (learning) status_.learning_enabled = *learning;
  }
  if (learning) step_->SetLearningEnabled(*learning);

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
  counts_.decoded_until_ns = binner.next_bin_start_ns();
  counts_.learning_enabled = learner.enabled();
  counts_.late_event_count = binner.late_event_count();
  counts_.learned_bin_count = learner.learned_bin_count();
  counts_.fault_count = learner.rollback_count();
  counts_.mean_squared_error_m2_s2 = learner.mean_squared_error();
  const std::lock_guard lock(status_mutex_);
  status_ = counts_;
}

}  // namespace efferent

#include "server/loop/control_loop.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "decoder/state_bytes.h"

namespace efferent {

ControlLoop::ControlLoop(LoopState state, const TimingParams& timing, CommandMailbox* mailbox,
                         BehaviorInbox* inbox, StageLatencies* latencies, MonotonicClock clock,
                         LoopJournal* journal)
    : state_(std::move(state)),
      timing_(timing),
      mailbox_(mailbox),
      inbox_(inbox),
      latencies_(latencies),
      clock_(std::move(clock)),
      journal_(journal) {
  record_.bins.reserve(SpikeBinner::kMaxBinsAhead);
  record_.changes.reserve(2 * kMaxWaitingChanges);
  record_.boundaries.reserve(BehaviorInbox::kCapacity);
  added_.reserve(BehaviorInbox::kCapacity);
  for (auto* changes : {&requested_changes_, &taken_changes_}) changes->reserve(kMaxWaitingChanges);
  // Emptied whenever a change is asked for, so that it holds what has been carried out since.
  retired_.reserve(2 * kMaxWaitingChanges);
  PublishStatus();
}

std::optional<Violation> ControlLoop::Admit(const Chunk& chunk, ChunkPlan* plan) const {
  if (auto wrong = CheckJump(chunk)) return wrong;
  return state_.Admit(chunk, plan);
}

std::optional<Violation> ControlLoop::CheckJump(const Chunk& chunk) const {
  const std::uint64_t last = state_.applied_sequence_number();
  if (chunk.sequence_number <= last) return std::nullopt;  // is ignored
  const std::uint64_t missing = chunk.sequence_number - last - 1;
  if (missing > static_cast<std::uint64_t>(timing_.max_missing_chunks)) {
    return Violation{"chunk.sequence_number", "is " + std::to_string(chunk.sequence_number) +
                                                  " and leaves out " + std::to_string(missing) +
                                                  " numbers after " + std::to_string(last) +
                                                  ", at most timing.max_missing_chunks (" +
                                                  std::to_string(timing_.max_missing_chunks) +
                                                  ") may be; number chunks one by one"};
  }
  const TimeNs last_ns = state_.complete_until_ns();
  const TimeNs until_ns = chunk.complete_until_ns;
  if (until_ns - last_ns > timing_.max_gap_ns) {
    return Violation{"chunk.complete_until_ns",
                     "is " + std::to_string(until_ns) + " ns, " +
                         std::to_string(until_ns - last_ns) + " ns after the last chunk (" +
                         std::to_string(last_ns) + " ns), at most timing.max_gap_ns (" +
                         std::to_string(timing_.max_gap_ns) +
                         " ns) may lie between; give nanoseconds since the session's start"};
  }
  if (!timing_.real_time || !schedule_.has_chunks()) return std::nullopt;
  const std::int64_t ahead_ns = schedule_.DueNs(until_ns) - clock_();
  if (ahead_ns > timing_.max_ahead_ns) {
    return Violation{"chunk.complete_until_ns",
                     "is " + std::to_string(until_ns) +
                         " ns, which the server's clock reaches in " + std::to_string(ahead_ns) +
                         " ns, at most timing.max_ahead_ns (" +
                         std::to_string(timing_.max_ahead_ns) +
                         " ns) are allowed; send bins when they are complete, or create the "
                         "session with timing.real_time: false"};
  }
  return std::nullopt;
}

void ControlLoop::Apply(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
                        std::vector<PublishedCommand>* published) {
  if (!plan.ignored) LearnLast();  // of a state that was saved or recorded before it had learnt
  state_.Enter(chunk, plan);
  record_.Clear();
  record_.ignored = plan.ignored;
  record_.first_bin_index = plan.first_bin_index;
  if (!plan.ignored) DecodeBins(chunk, plan, arrived_at_ns, published);
  if (journal_) journal_->OnChunk(chunk, record_);
  PublishStatus();
}

void ControlLoop::DecodeBins(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
                             std::vector<PublishedCommand>* published) {
  schedule_.OnChunk(chunk.complete_until_ns, arrived_at_ns);
  const std::int64_t due_ns = schedule_.DueNs(chunk.complete_until_ns);
  const std::int64_t deadline_ns = due_ns + timing_.deadline_ns;
  bool teaches = true;
  for (std::size_t bin = 0; bin < plan.num_bins; ++bin) {
    // Of the bin before: the rest of the chunk must still be decoded in time.
    if (bin > 0) {
      record_.bins[bin - 1].learnt = LearnUntil(teaches ? due_ns + timing_.deadline_ns / 2 : 0);
    }
    const std::int64_t began_at_ns = clock_();
    record_.bins.emplace_back();
    PrepareBin(bin);
    const Command command = state_.DecodeBin(chunk, bin);
    const std::int64_t now_ns = clock_();
    BinRecord& record = record_.bins.back();
    published->push_back(Publish(command, chunk.client_send_time_ns, now_ns, &record));
    // The arm's state of now does not belong to a bin that is old, recorded behaviour does.
    teaches = record.withheld != Withheld::kStale || !chunk.behavior.empty();
    record.decode_ns = now_ns - began_at_ns;
    record.respond_ns = now_ns - arrived_at_ns;
    record.missed_deadline = timing_.real_time && now_ns > deadline_ns;
    if (record.missed_deadline) state_.CountMissedDeadline();
    latencies_->Record(Stage::kDecode, record.decode_ns);
  }
  // The next chunk will be as long as this one, but for a live source that sends bin by bin.
  const TimeNs length_ns =
      static_cast<TimeNs>(plan.num_bins) * state_.step().binner().bin_width_ns();
  if (plan.num_bins > 0) {
    learn_until_ns_ = teaches ? due_ns + length_ns : 0;
    begin_learning_by_ns_ = due_ns + length_ns / 2;
  }
}

PublishedCommand ControlLoop::Publish(const Command& command, std::int64_t client_send_time_ns,
                                      std::int64_t now_ns, BinRecord* record) {
  record->command = command;
  stale_by_ns_.reset();
  const std::int64_t late_by_ns = now_ns - schedule_.DueNs(command.bin_stop_time_ns);
  const bool moves = command.status == CommandStatus::kDecoded;
  if (timing_.real_time && moves && late_by_ns > timing_.stale_after_ns) {
    state_.CountStaleBin();
    stale_by_ns_ = late_by_ns;
    record->withheld = Withheld::kStale;
    return mailbox_->WithholdBin(command, client_send_time_ns, now_ns);
  }
  PublishedCommand published = mailbox_->PublishBin(command, client_send_time_ns, now_ns);
  const bool is_same = published.command.velocity_m_s == command.velocity_m_s;
  record->withheld = is_same ? Withheld::kNo : Withheld::kStopped;
  return published;
}

void ControlLoop::Conclude() {
  LearnLast();
  if (journal_) journal_->OnRest();
}

void ControlLoop::LearnLast() {
  // What begins so late has waited for a processor, and so do others: learning gives way before commands.
  const std::int64_t until_ns = clock_() <= begin_learning_by_ns_ ? learn_until_ns_ : 0;
  const std::optional<LearnRecord> learnt = LearnUntil(until_ns);
  if (!learnt || !journal_) return;
  journal_->OnLearnt(*learnt);
  if (!journal_->WantsCheckpoint()) return;
  LearnInTime(&checkpoint_, until_ns, [this] { journal_->OnCheckpoint(state_); });
}

void ControlLoop::Finish() {
  LearnLast();
  if (!journal_) return;
  journal_->OnCheckpoint(state_);
}

std::size_t ControlLoop::StateSize() const { return efferent::StateSize(state_); }

std::optional<LearnRecord> ControlLoop::LearnUntil(std::int64_t until_ns) {
  if (!state_.learning_pending()) return std::nullopt;
  const std::int64_t began_at_ns = clock_();
  const LearnRecord record = state_.Learn([&](int who, auto&& learn) {
    ExpectedDuration* expected = who == LoopState::kDriver
                                     ? &driver_learning_
                                     : &shadow_learning_[static_cast<std::size_t>(who)];
    return LearnInTime(expected, until_ns, learn);
  });
  latencies_->Record(Stage::kLearn, clock_() - began_at_ns);
  PublishStatus();
  return record;
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
  return state_.step().MakeLearner(std::move(decoder));
}

LoopStatus ControlLoop::status() const {
  const std::lock_guard lock(status_mutex_);
  LoopStatus status = status_;
  status.learning_enabled = requested_learning_.value_or(status.learning_enabled);
  return status;
}

void ControlLoop::PrepareBin(std::size_t bin) {
  BinInputs& inputs = record_.bins.back().inputs;
  inputs.stopped = mailbox_->BeginBin();
  inputs.learning = TakeRequests();
  added_.clear();
  inputs.arm = inbox_->Take(&added_);
  for (const TrialBoundary& boundary : added_) record_.boundaries.push_back({bin, boundary});
  for (const DecoderChange& change : taken_changes_) {
    record_.changes.push_back({bin, change.number});
    ForgetDurations(change);
  }
  state_.PrepareBin(inputs, taken_changes_, added_);
  if (!taken_changes_.empty()) RetireChanges();
}

std::optional<bool> ControlLoop::TakeRequests() {
  const std::lock_guard lock(status_mutex_);
  const std::optional<bool> learning = std::exchange(requested_learning_, std::nullopt);
  if (learning) status_.learning_enabled = *learning;
  taken_changes_.swap(requested_changes_);
  return learning;
}

void ControlLoop::ForgetDurations(const DecoderChange& change) {
  ExpectedDuration& shadow = shadow_learning_[static_cast<std::size_t>(change.slot)];
  switch (change.kind) {
    case DecoderChange::Kind::kAddShadow:
      shadow = ExpectedDuration();
      return;
    case DecoderChange::Kind::kRemoveShadow:
      return;
    case DecoderChange::Kind::kSwap:
      driver_learning_ = ExpectedDuration();
      return;
    case DecoderChange::Kind::kPromoteShadow:
      std::swap(driver_learning_, shadow);
      return;
  }
}

void ControlLoop::RetireChanges() {
  const std::lock_guard lock(status_mutex_);
  std::move(taken_changes_.begin(), taken_changes_.end(), std::back_inserter(retired_));
  taken_changes_.clear();
}

void ControlLoop::PublishStatus() {
  const LoopStatus& counts = state_.Count();
  const std::lock_guard lock(status_mutex_);
  status_ = counts;
  status_.stale_by_ns = stale_by_ns_;
}

}  // namespace efferent

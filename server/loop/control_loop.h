#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "decoder/parameters.h"
#include "decoder/step.h"
#include "server/loop/behavior_inbox.h"
#include "server/loop/bin_record.h"
#include "server/loop/bin_schedule.h"
#include "server/loop/chunk.h"
#include "server/loop/command_mailbox.h"
#include "server/loop/decoder_change.h"
#include "server/loop/expected_duration.h"
#include "server/loop/loop_journal.h"
#include "server/loop/loop_state.h"
#include "server/loop/loop_status.h"
#include "server/loop/monotonic_clock.h"
#include "server/loop/stage_latencies.h"
#include "server/loop/timing.h"

namespace efferent {

/// One session's way from chunks to commands, one bin at a time:
///
///   chunk --> step --> command --> mailbox --> arm and watchers     (respond,
///                         arm state, target --> label --> learner      then learn)
///                                               label --> shadows
///
/// A chunk is applied, then concluded: learning from its last bin waits until the reply is on its
/// way.
///
/// In real time (TimingParams) learning that is expected to end after the next command is due is
/// skipped, for driver and shadows each, and counted; so are commands that come after their deadline.
/// A bin that is stale, older than TimingParams::stale_after_ns, is decoded, so that activity and counts
/// go on, but stops the arm; the decoder hears that it stands. The arm's state of now is no label for it.
/// That is all that the clock decides, beside the stamps on what is published. What is decoded and learnt
/// is LoopState's business; what was done to it is told to the journal, if there is one.
///
/// Admit, Apply and Conclude belong to one thread at a time (whoever holds the session's
/// stream); SetLearning, Change and status may be called from any. Knows neither gRPC nor files.
class ControlLoop {
 public:
  /// Changes of decoders that may wait for the next bin.
  static constexpr std::size_t kMaxWaitingChanges = 32;

  /// `state`: of a new session, or of one that is resumed. Mailbox, inbox, latencies and journal (null:
  /// there is none) must outlive the loop. `timing` is effective (TimingParams::Effective).
  ControlLoop(LoopState state, const TimingParams& timing, CommandMailbox* mailbox,
              BehaviorInbox* inbox, StageLatencies* latencies, MonotonicClock clock,
              LoopJournal* journal = nullptr);

  /// Checks a chunk against what was applied before it. Returns what is wrong, or nothing and the
  /// plan. Changes nothing. One wrong number must not make all true chunks after it late: a chunk whose
  /// number or time jumps further than TimingParams allows is refused.
  ///
  /// Missing bins. Rows of counts say where they start. Events do not: if sequence numbers were
  /// left out, decoding resumes at the bin of the chunk's earliest event that is not late (without
  /// one, at the chunk's last complete bin), since an absent spike and a lost one look alike;
  /// without missing numbers every bin up to `complete_until_ns` is decoded.
  std::optional<Violation> Admit(const Chunk& chunk, ChunkPlan* plan) const;

  /// Decodes the bins that the chunk completes, appends what was published to `published`, and tells
  /// the journal: what is acknowledged is on its way to the disk, whatever becomes of this thread.
  /// `arrived_at_ns`: when the chunk came, on the loop's clock.
  void Apply(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
             std::vector<PublishedCommand>* published);

  /// What can wait until the reply is on its way: learns from the bin that was decoded last, if that
  /// has not been done.
  void Conclude();

  /// No chunk will come for now: the journal gets the state.
  void Finish();

  /// Bytes of the state as it is now, for whoever makes room for it; before the first chunk.
  std::size_t StateSize() const;

  /// Freezes or resumes learning from the next bin on.
  void SetLearning(bool enabled);

  /// Carries out a change of decoders before the next bin. False, and nothing is done, if too many
  /// wait.
  bool Change(DecoderChange change);

  /// The session is resumed: until its source turns out to be in time, its bins may be old. Before the
  /// first chunk.
  void BeginBehind() { schedule_.BeginBehind(); }

  /// What makes a decoder fit for this loop; see Step::MakeLearner.
  std::unique_ptr<Learner> MakeLearner(std::unique_ptr<Decoder> decoder) const;

  LoopStatus status() const;
  /// For whoever holds the session's stream.
  const InputGuard& input_guard() const { return state_.step().input_guard(); }

 private:
  std::optional<Violation> CheckJump(const Chunk& chunk) const;
  void DecodeBins(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
                  std::vector<PublishedCommand>* published);
  /// Publishes the bin's command, or stops the arm where it is too old; fills in the bin's record.
  PublishedCommand Publish(const Command& command, std::int64_t client_send_time_ns,
                           std::int64_t now_ns, BinRecord* record);
  /// What takes effect before bin `bin` of the present chunk: a stop of the arm, a change of learning or of
  /// decoders, boundaries of trials.
  void PrepareBin(std::size_t bin);
  /// Takes what was asked for.
  std::optional<bool> TakeRequests();
  /// How long another decoder will learn is not known.
  void ForgetDurations(const DecoderChange& change);
  /// Hands over what was carried out, to be destroyed by whoever asks next.
  void RetireChanges();
  /// Learns from the bin that was decoded last, if that has not been done, and tells the journal.
  void LearnLast();
  /// Learns from the bin that was decoded last as far as there is time until `until_ns`.
  std::optional<LearnRecord> LearnUntil(std::int64_t until_ns);
  /// Runs `learn` if it is expected to be over by then, and times it. Returns whether it ran.
  template <class Learn>
  bool LearnInTime(ExpectedDuration* expected, std::int64_t until_ns, Learn&& learn);
  void PublishStatus();

  LoopState state_;
  TimingParams timing_;
  CommandMailbox* mailbox_;
  BehaviorInbox* inbox_;
  StageLatencies* latencies_;
  MonotonicClock clock_;
  LoopJournal* journal_;

  BinSchedule schedule_;
  std::optional<std::int64_t> stale_by_ns_;  // LoopStatus::stale_by_ns
  ExpectedDuration driver_learning_;
  std::array<ExpectedDuration, Shadows::kMax> shadow_learning_;
  ExpectedDuration checkpoint_;
  std::int64_t learn_until_ns_ = 0;        // for the bin whose learning is pending
  std::int64_t begin_learning_by_ns_ = 0;  // for the same
  ChunkRecord record_;                     // of the present chunk
  std::vector<TrialBoundary> added_;

  mutable std::mutex status_mutex_;
  LoopStatus status_;                       // as it was counted last, for everyone
  std::optional<bool> requested_learning_;  // not yet in effect
  std::vector<DecoderChange> requested_changes_;
  std::vector<DecoderChange> taken_changes_;  // the loop's own; empty between bins
  std::vector<DecoderChange> retired_;        // carried out; destroyed by whoever asks next
};

}  // namespace efferent

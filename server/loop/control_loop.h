#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "decoder/parameters.h"
#include "decoder/step.h"
#include "server/loop/behavior_inbox.h"
#include "server/loop/bin_schedule.h"
#include "server/loop/chunk.h"
#include "server/loop/command_mailbox.h"
#include "server/loop/decoder_change.h"
#include "server/loop/expected_duration.h"
#include "server/loop/loop_status.h"
#include "server/loop/monotonic_clock.h"
#include "server/loop/sequence_ledger.h"
#include "server/loop/stage_latencies.h"
#include "server/loop/timing.h"

namespace efferent {

/// What a chunk will do to a control loop: made by ControlLoop::Admit, carried out by
/// ControlLoop::Apply.
struct ChunkPlan {
  bool ignored = false;               ///< Was applied before, or comes too late: it is counted.
  std::uint64_t first_bin_index = 0;  ///< Bins before it that were never decoded are missed.
  std::uint64_t num_bins = 0;         ///< Bins that the chunk completes.
};

/// One session's way from chunks to commands, one bin at a time:
///
///   chunk --> step --> command --> mailbox --> arm and watchers     (respond,
///                         arm state, target --> label --> learner      then learn)
///                                               label --> shadows
///
/// Of a chunk's last bin, learning is left to `LearnPending`, which the caller runs once the reply
/// is on its way.
///
/// In real time (TimingParams) learning that is expected to end after the next command is due is
/// skipped, for driver and shadows each, and counted; so are commands that come after their deadline.
/// That is all that the clock decides, beside the stamps on what is published.
///
/// Admit, Apply and LearnPending belong to one thread at a time (whoever holds the session's
/// stream); SetLearning, Change and status may be called from any. Knows neither gRPC nor files.
class ControlLoop {
 public:
  /// Changes of decoders that may wait for the next bin.
  static constexpr std::size_t kMaxWaitingChanges = 32;

  /// `step` must not be null; mailbox, inbox and latencies must outlive the loop. `timing` is effective
  /// (TimingParams::Effective).
  ControlLoop(std::unique_ptr<Step> step, const TimingParams& timing, CommandMailbox* mailbox,
              BehaviorInbox* inbox, StageLatencies* latencies, MonotonicClock clock);

  /// Checks a chunk against what was applied before it. Returns what is wrong, or nothing and the
  /// plan. Changes nothing.
  ///
  /// Missing bins. Rows of counts say where they start. Events do not: if sequence numbers were
  /// left out, decoding resumes at the bin of the chunk's earliest event that is not late (without
  /// one, at the chunk's last complete bin), since an absent spike and a lost one look alike;
  /// without missing numbers every bin up to `complete_until_ns` is decoded.
  std::optional<Violation> Admit(const Chunk& chunk, ChunkPlan* plan) const;

  /// Decodes the bins that the chunk completes and appends what was published to `published`.
  /// `arrived_at_ns`: when the chunk came, on the loop's clock.
  void Apply(const Chunk& chunk, const ChunkPlan& plan, std::int64_t arrived_at_ns,
             std::vector<PublishedCommand>* published);

  /// Learns from the bin that was decoded last, if that has not been done.
  void LearnPending();

  /// Freezes or resumes learning from the next bin on.
  void SetLearning(bool enabled);

  /// Carries out a change of decoders before the next bin. False, and nothing is done, if too many
  /// wait.
  bool Change(DecoderChange change);

  /// What makes a decoder fit for this loop; see Step::MakeLearner.
  std::unique_ptr<Learner> MakeLearner(std::unique_ptr<Decoder> decoder) const;

  LoopStatus status() const;

 private:
  /// What takes effect before the next bin: a stop of the arm, a change of learning or of decoders,
  /// boundaries of trials.
  void PrepareBin();
  void TakeRequests();
  void CarryOut(DecoderChange* change);
  void TakeBoundaries(std::vector<TrialBoundary>* added);
  /// Learns from the bin that was decoded last as far as there is time until `until_ns`.
  void LearnUntil(std::int64_t until_ns);
  /// Runs `learn` if it is expected to be over by then, and times it. Returns whether it ran.
  template <class Learn>
  bool LearnInTime(ExpectedDuration* expected, std::int64_t until_ns, Learn&& learn);
  void LookAtWeights();
  void PublishStatus();

  std::unique_ptr<Step> step_;
  TimingParams timing_;
  CommandMailbox* mailbox_;
  BehaviorInbox* inbox_;
  StageLatencies* latencies_;
  MonotonicClock clock_;

  SequenceLedger ledger_;
  BinSchedule schedule_;
  ExpectedDuration driver_learning_;
  std::array<ExpectedDuration, Shadows::kMax> shadow_learning_;
  std::uint64_t driver_rollbacks_ = 0;  // of the present driver, already counted as faults
  std::uint64_t weights_seen_at_bin_ = 0;
  std::uint64_t late_chunk_events_ = 0;  // spikes of chunks that came too late

  LoopStatus counts_;  // written by the loop's thread only
  TimeNs complete_until_ns_ = 0;
  std::int64_t learn_until_ns_ = 0;        // for the bin whose learning is pending
  std::int64_t begin_learning_by_ns_ = 0;  // for the same
  std::optional<BehaviorSample> arm_;      // latest state when the present bin was decoded
  std::vector<TrialBoundary> boundaries_;  // to take effect, in order of time
  std::vector<TrialBoundary> added_;
  bool learning_pending_ = false;
  std::optional<BehaviorSample> pending_behavior_;

  mutable std::mutex status_mutex_;
  LoopStatus status_;                       // copy of counts_, for everyone
  std::optional<bool> requested_learning_;  // not yet in effect
  std::vector<DecoderChange> requested_changes_;
  std::vector<DecoderChange> taken_changes_;  // the loop's own; empty between bins
  std::vector<DecoderChange> retired_;        // carried out; destroyed by whoever asks next
};

}  // namespace efferent

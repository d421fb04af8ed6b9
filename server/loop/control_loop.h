#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "decoder/parameters.h"
#include "decoder/step.h"
#include "server/loop/behavior_inbox.h"
#include "server/loop/chunk.h"
#include "server/loop/command_mailbox.h"
#include "server/loop/loop_status.h"
#include "server/loop/monotonic_clock.h"

namespace efferent {

/// What a chunk will do to a control loop: made by ControlLoop::Admit, carried out by
/// ControlLoop::Apply.
struct ChunkPlan {
  bool duplicate = false;             ///< Was applied before: nothing is done.
  std::uint64_t missing_chunks = 0;   ///< Numbers left out before this chunk.
  std::uint64_t first_bin_index = 0;  ///< Bins before it that were never decoded are missed.
  std::uint64_t num_bins = 0;         ///< Bins that the chunk completes.
};

/// One session's way from chunks to commands, one bin at a time:
///
///   chunk --> step --> command --> mailbox --> arm and watchers     (respond,
///                         arm state, target --> label --> learner      then learn)
///
/// Of a chunk's last bin, learning is left to `LearnPending`, which the caller runs once the reply
/// is on its way. Knows neither gRPC nor files. Times are arguments; the clock only stamps what is
/// published, for the watchdog.
///
/// Admit, Apply and LearnPending belong to one thread at a time (whoever holds the session's
/// stream); SetLearning and status may be called from any.
class ControlLoop {
 public:
  /// `step` must not be null; mailbox and inbox must outlive the loop.
  ControlLoop(std::unique_ptr<Step> step, CommandMailbox* mailbox, BehaviorInbox* inbox,
              MonotonicClock clock);

  /// Checks a chunk against what was applied before it. Returns what is wrong, or nothing and the
  /// plan. Changes nothing.
  ///
  /// Missing bins. Rows of counts say where they start. Events do not: if sequence numbers were
  /// left out, decoding resumes at the bin of the chunk's earliest event that is not late (without
  /// one, at the chunk's last complete bin), since an absent spike and a lost one look alike;
  /// without missing numbers every bin up to `complete_until_ns` is decoded.
  std::optional<Violation> Admit(const Chunk& chunk, ChunkPlan* plan) const;

  /// Decodes the bins that the chunk completes and appends what was published to `published`.
  void Apply(const Chunk& chunk, const ChunkPlan& plan, std::vector<PublishedCommand>* published);

  /// Learns from the bin that was decoded last, if that has not been done.
  void LearnPending();

  /// Freezes or resumes learning from the next bin on.
  void SetLearning(bool enabled);

  LoopStatus status() const;

 private:
  /// What takes effect before the next bin: a stop of the arm, a change of learning, boundaries of
  /// trials.
  void PrepareBin();
  void TakeBoundaries(std::vector<TrialBoundary>* added);
  void PublishStatus();

  std::unique_ptr<Step> step_;
  CommandMailbox* mailbox_;
  BehaviorInbox* inbox_;
  MonotonicClock clock_;

  LoopStatus counts_;  // written by the loop's thread only
  TimeNs complete_until_ns_ = 0;
  std::optional<BehaviorSample> arm_;      // latest state when the present bin was decoded
  std::vector<TrialBoundary> boundaries_;  // to take effect, in order of time
  std::vector<TrialBoundary> added_;
  bool learning_pending_ = false;
  std::optional<BehaviorSample> pending_behavior_;

  mutable std::mutex status_mutex_;
  LoopStatus status_;                       // copy of counts_, for everyone
  std::optional<bool> requested_learning_;  // not yet in effect
};

}  // namespace efferent

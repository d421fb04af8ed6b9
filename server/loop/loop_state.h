#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decoder/parameters.h"
#include "decoder/step.h"
#include "server/loop/behavior_inbox.h"
#include "server/loop/bin_record.h"
#include "server/loop/chunk.h"
#include "server/loop/decoder_change.h"
#include "server/loop/loop_status.h"
#include "server/loop/sequence_ledger.h"

namespace efferent {

class StateVisitor;

/// What a chunk will do: made by LoopState::Admit, carried out by LoopState::Enter.
struct ChunkPlan {
  bool ignored = false;               ///< Was applied before, or comes too late: it is counted.
  std::uint64_t first_bin_index = 0;  ///< Bins before it that were never decoded are missed.
  std::uint64_t num_bins = 0;         ///< Bins that the chunk completes.
};

/// All that a session has become: its step and its books. A function of what is done to it, in
/// order; no clock, lock or other thread has a say. For each chunk:
///
///   Admit, Enter, then for each of its bins PrepareBin, DecodeBin, Learn
///
/// LoopJournal writes down what is done. Real-time safe but for Admit and VisitState. Not thread-safe.
class LoopState {
 public:
  /// `step` must not be null.
  explicit LoopState(std::unique_ptr<Step> step);

  /// Checks a chunk against what was entered before it. Returns what is wrong, or nothing and the
  /// plan. Changes nothing. See ControlLoop::Admit.
  std::optional<Violation> Admit(const Chunk& chunk, ChunkPlan* plan) const;

  /// Takes in the chunk's spikes and boundaries; one that is ignored is only counted.
  void Enter(const Chunk& chunk, const ChunkPlan& plan) noexcept;

  /// What takes effect before the next bin, in this order: a stop of the arm, a switch of learning,
  /// changes of decoders (each then holds what has been retired), boundaries of trials, the added ones
  /// among them.
  void PrepareBin(const BinInputs& inputs, std::span<DecoderChange> changes,
                  std::span<const TrialBoundary> added) noexcept;
  /// Decodes bin number `bin` of the chunk that was entered last.
  Command DecodeBin(const Chunk& chunk, std::size_t bin) noexcept;
  /// A command was late.
  void CountMissedDeadline() noexcept { ++counts_.missed_deadline_count; }
  /// A bin was too old to move the arm.
  void CountStaleBin() noexcept { ++counts_.stale_bin_count; }

  /// Whether the bin that was decoded last has yet to be learnt from.
  bool learning_pending() const { return learning_pending_; }
  static constexpr int kDriver = -1;
  /// Learns from the bin that was decoded last: the driver, then each shadow. `run(who, learn)` calls
  /// learn() or does not, and returns whether it did; `who` is kDriver or a shadow's slot. If the driver
  /// is not run, no shadow is. Returns who learnt.
  template <class Run>
  LearnRecord Learn(Run&& run) noexcept;
  /// The same with what was decided before.
  void LearnAgain(const LearnRecord& record) noexcept {
    Learn([&record](int who, auto&& learn) {
      const bool runs = who == kDriver ? record.driver : (record.shadows >> who & 1u) != 0;
      if (runs) learn();
      return runs;
    });
  }

  /// Counts and scores, brought up to date.
  const LoopStatus& Count() noexcept;

  /// Of the last chunk that was not ignored; 0: there was none.
  std::uint64_t applied_sequence_number() const { return ledger_.highest(); }
  /// Up to where the last chunk was complete.
  TimeNs complete_until_ns() const { return complete_until_ns_; }

  std::uint64_t decoder_change_count() const { return counts_.decoder_change_count; }
  /// Of all drivers, by faults and by the guard.
  std::uint64_t rollback_count() const {
    return counts_.fault_count + counts_.learning_rollback_count;
  }
  const Step& step() const { return *step_; }

  /// All fields between two bins, once the last is learnt from. Whoever loads has been built with the
  /// same parameters and holds the same kinds of decoders in the same places; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  void CarryOut(DecoderChange* change) noexcept;
  /// Adds what the present driver has counted since it was asked last. Whenever it may have counted
  /// something, so that the books do not depend on who looks at them.
  void CountDriver() noexcept;
  void TakeBoundaries(std::span<const TrialBoundary> added) noexcept;
  void LookAtWeights() noexcept;

  std::unique_ptr<Step> step_;
  SequenceLedger ledger_;
  LoopStatus counts_;
  TimeNs complete_until_ns_ = 0;
  // Of the present driver, already counted.
  struct Counted {
    std::uint64_t faults = 0, learning_rollbacks = 0, rejected_labels = 0;
  } counted_;
  std::uint64_t weights_seen_at_bin_ = 0;
  std::uint64_t late_chunk_events_ = 0;     // spikes of chunks that came too late
  std::vector<TrialBoundary> boundaries_;   // to take effect, in order of time
  std::optional<BehaviorSample> arm_;       // for the present bin
  std::optional<BehaviorSample> behavior_;  // what the present bin is learnt from
  bool learning_pending_ = false;
};

template <class Run>
LearnRecord LoopState::Learn(Run&& run) noexcept {
  LearnRecord record;
  if (!learning_pending_) return record;
  learning_pending_ = false;
  const bool learns = step_->learner().enabled();
  bool learnt = false;
  record.driver = run(kDriver, [&] { learnt = step_->LearnBin(behavior_); });
  if (record.driver) record.driver_learnt = learnt;
  if (learnt) ++counts_.learned_bin_count;
  if (!record.driver && learns) ++counts_.skipped_learning_count;
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    if (!step_->shadows().at(slot)) continue;
    if (record.driver && run(slot, [&] { step_->ShowShadow(slot); })) {
      record.shadows |= 1u << slot;
    } else {
      ++counts_.shadows[static_cast<std::size_t>(slot)].skipped_bin_count;
    }
  }
  CountDriver();
  LookAtWeights();
  return record;
}

}  // namespace efferent

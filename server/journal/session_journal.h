#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/journal/journal_buffer.h"
#include "server/loop/command_mailbox.h"
#include "server/loop/loop_journal.h"

namespace efferent {

/// How a session is recorded.
struct JournalParams {
  std::size_t buffer_bytes = 8 << 20;
  std::uint64_t checkpoint_bins = 6'000;  ///< Bins from one periodic checkpoint to the next.
  bool waits = false;  ///< Whether the loop waits for a slow disk; else records are dropped.
};

/// Where a journal goes on from.
struct JournalPosition {
  std::uint64_t piece_number = 0;
  std::uint64_t sequence_number = 0;
  std::uint64_t checkpoint_number = 0;
};

/// A state of the loop that was saved, and where in the journal.
struct SavedState {
  std::uint64_t number = 0;        ///< Of its CheckpointMark.
  std::uint64_t piece_number = 0;  ///< The piece that holds it.
  std::uint64_t bin_index = 0;     ///< The next bin when it was saved.
  std::uint64_t change_count = 0;  ///< Changes of decoders that had been carried out.
  std::int64_t time_unix_ns = 0;
  std::string reason;
  std::string bytes;  ///< StateWriter's.
};

/// Which session it is: another one may have the same id later.
struct SessionKey {
  std::string id;
  std::int64_t create_time_unix_ns = 0;
  auto operator<=>(const SessionKey&) const = default;
};

/// One session's records on their way to the recorder. As a LoopJournal it belongs to the control
/// loop's thread; everything else may be called from any.
class SessionJournal final : public LoopJournal {
 public:
  /// `wake`: asks the recorder to come soon. `rest`: tells it that now is a good time, if it wants to. Neither
  /// may block.
  SessionJournal(SessionKey session, const JournalParams& params, const JournalPosition& from,
                 std::function<void()> wake, std::function<void()> rest);

  const SessionKey& session() const { return session_; }

  void OnChunk(const Chunk& chunk, const ChunkRecord& record) noexcept override;
  void OnLearnt(const LearnRecord& record) noexcept override;
  void OnRest() noexcept override { rest_(); }
  bool WantsCheckpoint() const noexcept override;
  /// Takes memory if the recorder still has the last state, which it has not if one was wanted.
  void OnCheckpoint(const LoopState& state) noexcept override;

  /// A serialised ArmUpdate that has been taken.
  void OnArmUpdate(std::string message) noexcept;
  /// Trial events that came with a chunk; see TrialEventsRecord.
  void OnTrialEvents(std::string message) noexcept;
  /// A command that was not decoded from a bin.
  void OnCommand(const Command& command) noexcept;

  /// Asks for a checkpoint at the next bin; returns the number that it will have. The reason that is asked
  /// for last counts.
  std::uint64_t RequestCheckpoint(std::string_view reason);
  /// Room for states of this size, so that the loop needs to take none.
  void ReserveState(std::size_t bytes);

  /// Keeps something for as long as there is something to write: what its states take is promised until then.
  void Hold(std::shared_ptr<const void> what) { held_ = std::move(what); }

  /// Chunks up to this number have been written: they outlive the server's process.
  std::uint64_t durable_sequence_number() const { return durable_sequence_number_; }
  std::uint64_t num_lost_records() const { return buffer_.num_lost_ever(); }
  /// Once `sequence_number` is durable, or recording is given up, `then` is called, on the recorder's
  /// thread; at once if it is so already.
  void WhenDurable(std::uint64_t sequence_number, std::function<void()> then);

  /// The recorder's side.
  JournalBuffer& buffer() { return buffer_; }
  /// Calls `visit` for each state whose mark lies in a piece up to this one, the oldest first; returns
  /// how many. They stay until they are given back.
  std::size_t VisitStates(std::uint64_t up_to_piece_number,
                          const std::function<void(const SavedState&)>& visit);
  void GiveBackStates(std::size_t count);
  /// Everything up to here is written.
  void SetDurable(std::uint64_t sequence_number);
  /// The disk does not take anything: nobody waits any more until it does.
  void SetGivenUp(bool given_up);

 private:
  template <class T>
  void Put(const T& what) noexcept;
  /// Before the loop appends: waits for the recorder where that is the policy.
  void MakeRoom() noexcept;
  void WakeIfHalfFull() noexcept;
  void RunWaiting(std::uint64_t up_to_sequence_number);

  SessionKey session_;
  JournalParams params_;
  std::shared_ptr<const void> held_;
  std::function<void()> wake_, rest_;
  JournalBuffer buffer_;
  std::atomic<std::uint64_t> durable_sequence_number_;
  std::atomic<bool> given_up_ = false;

  // The loop's own.
  std::uint64_t bins_since_checkpoint_ = 0;
  std::uint64_t num_lost_at_checkpoint_ = 0;

  std::mutex checkpoint_mutex_;
  std::string wanted_reason_;
  std::uint64_t last_checkpoint_number_;
  std::unique_ptr<SavedState> free_state_;  // null while the recorder has it
  std::deque<std::unique_ptr<SavedState>> saved_states_;
  std::atomic<bool> has_free_state_ = true;
  std::atomic<bool> is_requested_ = false;

  std::mutex waiting_mutex_;
  struct Waiting {
    std::uint64_t sequence_number;
    std::function<void()> then;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace efferent

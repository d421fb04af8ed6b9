#include "server/journal/session_journal.h"

#include <algorithm>
#include <utility>

#include "decoder/state_bytes.h"
#include "server/journal/unix_clock.h"
#include "server/loop/loop_state.h"

namespace efferent {
namespace {

// The recorder comes far more often, unless the disk does not take anything.
constexpr std::chrono::milliseconds kLongestWait{1'000};

constexpr std::string_view kPeriodic = "periodic";
constexpr std::string_view kAfterGap = "after a gap";

}  // namespace

SessionJournal::SessionJournal(SessionKey session, const JournalParams& params,
                               const JournalPosition& from, std::function<void()> wake,
                               std::function<void()> rest)
    : session_(std::move(session)),
      params_(params),
      wake_(std::move(wake)),
      rest_(std::move(rest)),
      buffer_(params.buffer_bytes, from.piece_number, from.sequence_number),
      durable_sequence_number_(from.sequence_number),
      last_checkpoint_number_(from.checkpoint_number),
      free_state_(std::make_unique<SavedState>()) {}

void SessionJournal::OnChunk(const Chunk& chunk, const ChunkRecord& record) noexcept {
  MakeRoom();
  const std::int64_t now_ns = UnixNowNs();
  buffer_.AppendChunkOf(chunk.sequence_number, now_ns, [&](std::vector<char>* bytes) {
    return AppendChunk(chunk, record, now_ns, bytes);
  });
  bins_since_checkpoint_ += record.bins.size();
  WakeIfHalfFull();
}

void SessionJournal::OnLearnt(const LearnRecord& record) noexcept { Put(Learnt{record}); }

bool SessionJournal::WantsCheckpoint() const noexcept {
  if (!has_free_state_) return false;
  return is_requested_ || bins_since_checkpoint_ >= params_.checkpoint_bins ||
         buffer_.num_lost_ever() != num_lost_at_checkpoint_;
}

void SessionJournal::OnCheckpoint(const LoopState& state) noexcept {
  const std::lock_guard lock(checkpoint_mutex_);
  const std::int64_t now_ns = UnixNowNs();
  const std::uint64_t num_lost = buffer_.num_lost_ever();
  std::uint64_t piece_number = 0;
  const bool kept = buffer_.Append(now_ns, [&](std::vector<char>* bytes) {
    piece_number = buffer_.filling_number();
    return AppendRecord(CheckpointMark{last_checkpoint_number_ + 1}, now_ns, bytes);
  });
  if (!kept) return;  // the next one is after a gap
  std::unique_ptr<SavedState> saved =
      free_state_ ? std::move(free_state_) : std::make_unique<SavedState>();
  saved->number = ++last_checkpoint_number_;
  saved->piece_number = piece_number;
  saved->bin_index = state.step().binner().next_bin_index();
  saved->change_count = state.decoder_change_count();
  saved->time_unix_ns = now_ns;
  saved->reason = is_requested_                         ? std::string_view(wanted_reason_)
                  : num_lost != num_lost_at_checkpoint_ ? kAfterGap
                                                        : kPeriodic;
  SaveState(state, &saved->bytes);
  saved_states_.push_back(std::move(saved));
  has_free_state_ = false;
  is_requested_ = false;
  num_lost_at_checkpoint_ = num_lost;
  bins_since_checkpoint_ = 0;
}

void SessionJournal::OnArmUpdate(std::string message) noexcept {
  Put(ArmUpdateRecord{std::move(message)});
}

void SessionJournal::OnTrialEvents(std::string message) noexcept {
  Put(TrialEventsRecord{std::move(message)});
}

void SessionJournal::OnCommand(const Command& command) noexcept { Put(CommandRecord{command}); }

std::uint64_t SessionJournal::RequestCheckpoint(std::string_view reason) {
  const std::lock_guard lock(checkpoint_mutex_);
  wanted_reason_ = reason;
  is_requested_ = true;
  return last_checkpoint_number_ + 1;
}

void SessionJournal::ReserveState(std::size_t bytes) {
  const std::lock_guard lock(checkpoint_mutex_);
  if (free_state_) free_state_->bytes.reserve(bytes);
}

void SessionJournal::WhenDurable(std::uint64_t sequence_number, std::function<void()> then) {
  {
    const std::lock_guard lock(waiting_mutex_);
    if (durable_sequence_number_ < sequence_number && !given_up_) {
      waiting_.push_back({sequence_number, std::move(then)});
      then = nullptr;
    }
  }
  if (then) return then();
  wake_();
}

std::size_t SessionJournal::VisitStates(std::uint64_t up_to_piece_number,
                                        const std::function<void(const SavedState&)>& visit) {
  if (has_free_state_) return 0;
  const std::lock_guard lock(checkpoint_mutex_);
  std::size_t count = 0;
  for (const auto& saved : saved_states_) {
    if (saved->piece_number > up_to_piece_number) break;
    visit(*saved);
    ++count;
  }
  return count;
}

void SessionJournal::GiveBackStates(std::size_t count) {
  if (count == 0) return;
  const std::lock_guard lock(checkpoint_mutex_);
  free_state_ = std::move(saved_states_.front());
  saved_states_.erase(saved_states_.begin(),
                      saved_states_.begin() + static_cast<std::ptrdiff_t>(count));
  has_free_state_ = saved_states_.empty();
}

void SessionJournal::SetDurable(std::uint64_t sequence_number) {
  durable_sequence_number_ = sequence_number;
  RunWaiting(sequence_number);
}

void SessionJournal::SetGivenUp(bool given_up) {
  given_up_ = given_up;
  if (given_up) RunWaiting(std::numeric_limits<std::uint64_t>::max());
}

template <class T>
void SessionJournal::Put(const T& what) noexcept {
  const std::int64_t now_ns = UnixNowNs();
  buffer_.Append(now_ns,
                 [&](std::vector<char>* bytes) { return AppendRecord(what, now_ns, bytes); });
}

void SessionJournal::MakeRoom() noexcept {
  while (params_.waits && !given_up_ && buffer_.is_half_full()) {
    wake_();
    if (buffer_.WaitForRoom(kLongestWait)) return;
  }
}

void SessionJournal::WakeIfHalfFull() noexcept {
  if (buffer_.is_half_full()) wake_();
}

void SessionJournal::RunWaiting(std::uint64_t up_to_sequence_number) {
  std::vector<Waiting> ready;
  {
    const std::lock_guard lock(waiting_mutex_);
    const auto waits = std::partition(waiting_.begin(), waiting_.end(), [&](const Waiting& w) {
      return w.sequence_number > up_to_sequence_number;
    });
    std::move(waits, waiting_.end(), std::back_inserter(ready));
    waiting_.erase(waits, waiting_.end());
  }
  for (const Waiting& w : ready) w.then();
}

}  // namespace efferent

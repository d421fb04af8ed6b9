#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "server/journal/records.h"

namespace efferent {

/// Hands a session's records from the threads that make them to the recorder's. Bounded: what does not
/// fit is dropped and counted, and a Gap says so as soon as there is room. A record is written in one
/// piece; the recorder takes all of them by exchanging two buffers, so nobody waits for it. Appending
/// is real-time safe; thread-safe.
class JournalBuffer {
 public:
  /// A piece of the journal.
  struct Piece {
    std::vector<char> bytes;
    std::uint64_t number = 0;                ///< From 1.
    std::uint64_t last_sequence_number = 0;  ///< Highest of all chunks so far.
  };

  /// `capacity`: bytes, twice. `last_number`, `last_sequence_number`: of the pieces before.
  explicit JournalBuffer(std::size_t capacity, std::uint64_t last_number = 0,
                         std::uint64_t last_sequence_number = 0)
      : last_number_(last_number), last_sequence_number_(last_sequence_number) {
    bytes_.reserve(capacity);
  }

  std::size_t capacity() const { return bytes_.capacity(); }

  /// `append(&bytes)` appends one record or returns false. Returns whether it was appended.
  template <class AppendOne>
  bool Append(std::int64_t time_unix_ns, AppendOne&& append) noexcept {
    const std::lock_guard lock(mutex_);
    // Half of the buffer, so that a disk that is too slow makes few long gaps and not many short ones.
    const bool has_room = num_lost_ == 0 || bytes_.size() < bytes_.capacity() / 2;
    if (has_room && num_lost_ > 0 && AppendRecord(Gap{num_lost_}, time_unix_ns, &bytes_))
      num_lost_ = 0;
    if (has_room && num_lost_ == 0 && append(&bytes_)) return true;
    ++num_lost_;
    ++num_lost_ever_;
    return false;
  }
  /// The same for a chunk.
  template <class AppendOne>
  bool AppendChunkOf(std::uint64_t sequence_number, std::int64_t time_unix_ns,
                     AppendOne&& append) noexcept {
    return Append(time_unix_ns, [&](std::vector<char>* bytes) {
      if (!append(bytes)) return false;
      last_sequence_number_ = std::max(last_sequence_number_, sequence_number);
      return true;
    });
  }

  /// Waits until half of it is free, at most so long. Returns whether it is.
  bool WaitForRoom(std::chrono::nanoseconds at_most) {
    std::unique_lock lock(mutex_);
    return taken_.wait_for(lock, at_most, [this] { return bytes_.size() < bytes_.capacity() / 2; });
  }
  bool is_half_full() const {
    const std::lock_guard lock(mutex_);
    return bytes_.size() >= bytes_.capacity() / 2;
  }

  /// Moves what there is into `piece`, whose bytes must be empty with the same capacity. False if there
  /// is nothing.
  bool Take(Piece* piece) {
    {
      const std::lock_guard lock(mutex_);
      if (bytes_.empty()) return false;
      bytes_.swap(piece->bytes);
      piece->number = ++last_number_;
      piece->last_sequence_number = last_sequence_number_;
    }
    taken_.notify_all();
    return true;
  }
  /// Number of the piece that is being filled. With the lock of an `append` only.
  std::uint64_t filling_number() const { return last_number_ + 1; }

  std::uint64_t num_lost_ever() const {
    const std::lock_guard lock(mutex_);
    return num_lost_ever_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable taken_;
  std::vector<char> bytes_;
  std::uint64_t last_number_;
  std::uint64_t last_sequence_number_;
  std::uint64_t num_lost_ = 0;  // since the last record that fitted
  std::uint64_t num_lost_ever_ = 0;
};

}  // namespace efferent

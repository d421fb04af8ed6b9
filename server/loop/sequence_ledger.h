#pragma once

#include <cstdint>
#include <vector>

namespace efferent {

class StateVisitor;

/// Which chunks of a session have come, by their sequence numbers, from 1. The numbers add up:
///   highest() = chunks applied + missing_count()
///   of the missing ones, late_count() came after all
/// Remembers the last `kMaxGaps` gaps; of older ones a chunk that comes after all counts as duplicate.
/// Allocates nothing after construction. Not thread-safe.
class SequenceLedger {
 public:
  static constexpr std::size_t kMaxGaps = 1'024;

  SequenceLedger() { gaps_.reserve(kMaxGaps + 1); }

  enum class Verdict {
    kNew,        ///< Later than all before it: to be applied.
    kDuplicate,  ///< Was applied before, or was late before.
    kLate,       ///< Was left out, and a later one was applied meanwhile.
  };
  Verdict Judge(std::uint64_t sequence_number) const noexcept;
  /// Numbers left out before a kNew one.
  std::uint64_t MissingBefore(std::uint64_t sequence_number) const noexcept {
    return sequence_number - highest_ - 1;
  }
  /// Writes down that it came.
  void Enter(std::uint64_t sequence_number) noexcept;

  std::uint64_t highest() const { return highest_; }  ///< 0: none.
  std::uint64_t missing_count() const { return missing_; }
  std::uint64_t late_count() const { return late_; }
  std::uint64_t duplicate_count() const { return duplicates_; }

  /// See StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  /// Numbers first to last have not come.
  struct Gap {
    std::uint64_t first = 0, last = 0;
    void VisitState(StateVisitor& visitor);
  };
  /// The gap that holds the number, or the end.
  std::vector<Gap>::const_iterator Find(std::uint64_t sequence_number) const noexcept;
  void FillIn(std::vector<Gap>::const_iterator found, std::uint64_t sequence_number) noexcept;
  void Forget() noexcept;

  std::uint64_t highest_ = 0;
  std::uint64_t missing_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t duplicates_ = 0;
  std::vector<Gap> gaps_;  // in order
};

}  // namespace efferent

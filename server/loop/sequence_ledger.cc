#include "server/loop/sequence_ledger.h"

#include <algorithm>

#include "decoder/state_visitor.h"

namespace efferent {

SequenceLedger::Verdict SequenceLedger::Judge(std::uint64_t sequence_number) const noexcept {
  if (sequence_number > highest_) return Verdict::kNew;
  return Find(sequence_number) == gaps_.end() ? Verdict::kDuplicate : Verdict::kLate;
}

void SequenceLedger::Enter(std::uint64_t sequence_number) noexcept {
  if (sequence_number > highest_) {
    if (const std::uint64_t missing = MissingBefore(sequence_number); missing > 0) {
      missing_ += missing;
      gaps_.push_back({highest_ + 1, sequence_number - 1});
      Forget();
    }
    highest_ = sequence_number;
    return;
  }
  const auto found = Find(sequence_number);
  if (found == gaps_.end()) {
    ++duplicates_;
  } else {
    ++late_;
    FillIn(found, sequence_number);
  }
}

std::vector<SequenceLedger::Gap>::const_iterator SequenceLedger::Find(
    std::uint64_t sequence_number) const noexcept {
  const auto after =
      std::upper_bound(gaps_.begin(), gaps_.end(), sequence_number,
                       [](std::uint64_t number, const Gap& gap) { return number < gap.first; });
  if (after == gaps_.begin()) return gaps_.end();
  const auto before = after - 1;
  return sequence_number <= before->last ? before : gaps_.end();
}

void SequenceLedger::FillIn(std::vector<Gap>::const_iterator found,
                            std::uint64_t sequence_number) noexcept {
  const auto gap = gaps_.begin() + (found - gaps_.cbegin());
  const Gap above{sequence_number + 1, gap->last};
  if (gap->first == sequence_number) {
    if (above.first > above.last) {
      gaps_.erase(gap);
    } else {
      *gap = above;
    }
    return;
  }
  gap->last = sequence_number - 1;
  if (above.first > above.last) return;
  gaps_.insert(gap + 1, above);
  Forget();
}

void SequenceLedger::Forget() noexcept {
  if (gaps_.size() > kMaxGaps) gaps_.erase(gaps_.begin());
}

void SequenceLedger::Gap::VisitState(StateVisitor& visitor) {
  visitor("first", first);
  visitor("last", last);
}

void SequenceLedger::VisitState(StateVisitor& visitor) {
  visitor("highest", highest_);
  visitor("missing", missing_);
  visitor("late", late_);
  visitor("duplicates", duplicates_);
  std::size_t num_gaps = gaps_.size();
  visitor("num_gaps", num_gaps);
  visitor.Require(num_gaps <= kMaxGaps, "num_gaps", "be at most " + std::to_string(kMaxGaps));
  gaps_.resize(num_gaps);
  visitor("gaps", gaps_);
}

}  // namespace efferent

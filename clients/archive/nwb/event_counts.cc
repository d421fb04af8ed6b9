#include "clients/archive/nwb/event_counts.h"

#include <cerrno>

namespace efferent::archive {

std::vector<EventCounts::Count> EventCounts::TakeBin(std::int64_t bin_index) {
  std::vector<Count> counts;
  const auto later = waiting_.upper_bound(bin_index);
  if (const auto bin = waiting_.find(bin_index); bin != waiting_.end()) {
    for (std::uint32_t channel = 0; channel < num_channels_; ++channel) {
      if (bin->second[channel] > 0.0F) counts.push_back({channel, bin->second[channel]});
    }
  }
  waiting_.erase(waiting_.begin(), later);
  return counts;
}

void EventCounts::Keep(std::uint64_t row, std::span<const Count> counts) {
  if (!file_) file_ = MakeTemporaryFile(folder_);
  for (const Count& count : counts) {
    const Kept kept{row, count};
    if (std::fwrite(&kept, sizeof kept, 1, file_.get()) != 1) {
      throw TemporaryFileFailure(folder_, errno);
    }
  }
}

void EventCounts::ForEachRow(
    const std::function<void(std::uint64_t row, std::span<const Count>)>& take) {
  if (!file_) return;
  if (std::fflush(file_.get()) != 0) throw TemporaryFileFailure(folder_, errno);
  std::rewind(file_.get());
  std::uint64_t row = 0;
  std::vector<Count> counts;
  const auto give = [&] {
    if (!counts.empty()) take(row, counts);
    counts.clear();
  };
  Kept kept;
  while (std::fread(&kept, sizeof kept, 1, file_.get()) == 1) {
    if (kept.row != row) give();
    row = kept.row;
    counts.push_back(kept.count);
  }
  give();
  file_.reset();
}

}  // namespace efferent::archive

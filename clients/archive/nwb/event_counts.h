#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "clients/archive/nwb/temporary_file.h"

namespace efferent::archive {

/// Spike events as counts in the bins that the decoder was given them in. A session whose source goes over from events
/// to counts has both: then its counts are those of all bins. Whether that will happen is not known before, so what is
/// binned waits on the disk, 16 bytes a bin and channel; memory does not grow with the recording. A full disk is an
/// error, std::runtime_error, that says so.
class EventCounts {
 public:
  struct Count {
    std::uint32_t channel = 0;
    float count = 0.0F;
  };

  EventCounts(std::string folder, std::uint32_t num_channels, std::int64_t bin_width_ns)
      : folder_(std::move(folder)), num_channels_(num_channels), bin_width_ns_(bin_width_ns) {}

  /// A spike that came before its bin was decoded.
  void Add(std::uint32_t channel, std::int64_t time_ns) {
    std::vector<float>& counts = waiting_[time_ns / bin_width_ns_];
    counts.resize(num_channels_);
    ++counts.at(channel);
  }
  /// The bin is decoded: its counts, and those of bins that were jumped over are forgotten.
  std::vector<Count> TakeBin(std::int64_t bin_index);

  /// Keeps the counts of a row. Rows come in order.
  void Keep(std::uint64_t row, std::span<const Count> counts);
  /// Gives back what was kept, row by row, and forgets it.
  void ForEachRow(const std::function<void(std::uint64_t row, std::span<const Count>)>& take);

 private:
  struct Kept {
    std::uint64_t row = 0;
    Count count;
  };

  std::string folder_;
  std::uint32_t num_channels_;
  std::int64_t bin_width_ns_;
  std::map<std::int64_t, std::vector<float>> waiting_;  // by bin
  TemporaryFile file_;
};

}  // namespace efferent::archive

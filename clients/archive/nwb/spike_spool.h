#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "clients/archive/nwb/temporary_file.h"

namespace efferent::archive {

/// Gathers spikes in the order in which they come and gives them back channel by channel, in order of
/// time: a file of units needs all of a channel's spikes together. They wait on the disk, in files
/// without a name in the folder of the output, 20 bytes a spike in all; memory does not grow with the
/// recording. A full disk is an error, std::runtime_error, that says so.
class SpikeSpool {
 public:
  /// @throws std::runtime_error if no file can be made in `folder`.
  SpikeSpool(const std::string& folder, std::uint32_t num_channels);

  /// @param channel below the number of channels. @param time_ns session time.
  void Add(std::uint32_t channel, std::int64_t time_ns);
  std::uint64_t num_spikes() const { return num_spikes_; }

  /// Calls `take` for each channel in order with its times, which do not decrease. Once only.
  void ForEachChannel(const std::function<void(std::span<const std::int64_t>)>& take);

 private:
  void Write(const void* data, std::size_t size);

  std::string folder_;
  std::vector<std::uint64_t> num_spikes_of_;
  std::uint64_t num_spikes_ = 0;
  TemporaryFile arrivals_;  // pairs of a channel and a time
};

}  // namespace efferent::archive

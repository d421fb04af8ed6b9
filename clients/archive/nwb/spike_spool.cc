#include "clients/archive/nwb/spike_spool.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

namespace efferent::archive {
namespace {

/// The whole of a file in memory, which the system writes to the file as it needs room.
class Mapping {
 public:
  Mapping(int file, std::size_t size)
      : size_(size), data_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)) {}
  ~Mapping() {
    if (ok()) munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  bool ok() const { return data_ != MAP_FAILED; }
  std::int64_t* data() { return static_cast<std::int64_t*>(data_); }

 private:
  std::size_t size_;
  void* data_;
};

}  // namespace

SpikeSpool::SpikeSpool(const std::string& folder, std::uint32_t num_channels)
    : folder_(folder), num_spikes_of_(num_channels), arrivals_(MakeTemporaryFile(folder)) {}

void SpikeSpool::Write(const void* data, std::size_t size) {
  if (std::fwrite(data, size, 1, arrivals_.get()) != 1) throw TemporaryFileFailure(folder_, errno);
}

void SpikeSpool::Add(std::uint32_t channel, std::int64_t time_ns) {
  Write(&channel, sizeof(channel));
  Write(&time_ns, sizeof(time_ns));
  ++num_spikes_of_.at(channel);
  ++num_spikes_;
}

void SpikeSpool::ForEachChannel(const std::function<void(std::span<const std::int64_t>)>& take) {
  if (num_spikes_ == 0) {
    for (std::size_t channel = 0; channel < num_spikes_of_.size(); ++channel) take({});
    return;
  }
  const std::size_t size = num_spikes_ * sizeof(std::int64_t);
  const TemporaryFile grouped = MakeTemporaryFile(folder_);
  // Room is taken first: a mapped file that finds none ends the process.
  const int error = posix_fallocate(fileno(grouped.get()), 0, static_cast<off_t>(size));
  if (error != 0) throw TemporaryFileFailure(folder_, error);
  Mapping times(fileno(grouped.get()), size);
  if (!times.ok()) throw TemporaryFileFailure(folder_, errno);

  std::vector<std::uint64_t> next(num_spikes_of_.size());
  std::uint64_t first = 0;
  for (std::size_t channel = 0; channel < next.size(); ++channel) {
    next[channel] = first;
    first += num_spikes_of_[channel];
  }
  if (std::fflush(arrivals_.get()) != 0) throw TemporaryFileFailure(folder_, errno);
  std::rewind(arrivals_.get());
  for (std::uint64_t i = 0; i < num_spikes_; ++i) {
    std::uint32_t channel = 0;
    std::int64_t time_ns = 0;
    if (std::fread(&channel, sizeof(channel), 1, arrivals_.get()) != 1 ||
        std::fread(&time_ns, sizeof(time_ns), 1, arrivals_.get()) != 1) {
      throw TemporaryFileFailure(folder_, errno);
    }
    times.data()[next[channel]++] = time_ns;
  }
  for (std::size_t channel = 0; channel < next.size(); ++channel) {
    const std::span<std::int64_t> of_channel(times.data() + next[channel] - num_spikes_of_[channel],
                                             num_spikes_of_[channel]);
    if (!std::is_sorted(of_channel.begin(), of_channel.end())) {
      std::sort(of_channel.begin(), of_channel.end());
    }
    take(of_channel);
  }
}

}  // namespace efferent::archive

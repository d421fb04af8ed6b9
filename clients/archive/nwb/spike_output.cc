#include "clients/archive/nwb/spike_output.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <numeric>

#include "clients/archive/nwb/file_description.h"
#include "clients/archive/nwb/nwb_object.h"
#include "clients/archive/nwb/table_output.h"

namespace efferent::archive {
namespace {

constexpr const char* kEcephys = "/processing/ecephys";
constexpr const char* kUnits = "/units";
constexpr const char* kBesideCounts = "/processing/ecephys/spike_events";

SeriesDescription Counts(std::uint32_t num_channels) {
  return {
      "/processing/ecephys/spike_counts",
      "Spikes of each channel in each bin, as the decoder was given them: bins x channels.",
      "Column i is row i of the electrodes table. Counts need not be whole where the source has "
      "processed them.",
      "count",
      ElementType::kFloat32,
      num_channels,
      0.0,
      ""};
}

}  // namespace

SpikeOutput::SpikeOutput(std::uint32_t num_channels, std::int64_t bin_width_ns,
                         const std::string& folder, Hdf5Output* file)
    : num_channels_(num_channels),
      bin_width_ns_(bin_width_ns),
      folder_(folder),
      file_(file),
      counts_(file, Counts(num_channels)),
      event_counts_(folder, num_channels, bin_width_ns) {}

void SpikeOutput::AddEvents(const v1::AcquisitionChunk& chunk, std::int64_t decoded_until_ns) {
  const v1::SpikeEvents& events = chunk.spike_events();
  if (events.time_ns().empty()) return;
  if (!spool_) spool_.emplace(folder_, num_channels_);
  for (int i = 0; i < events.time_ns_size(); ++i) {
    spool_->Add(events.channel(i), events.time_ns(i));
    if (events.time_ns(i) < decoded_until_ns) {
      ++num_late_spikes_;
    } else {
      event_counts_.Add(events.channel(i), events.time_ns(i));
    }
  }
}

void SpikeOutput::AddBin(std::uint64_t row, std::uint64_t bin_index,
                         const v1::AcquisitionChunk& chunk) {
  const auto events = event_counts_.TakeBin(static_cast<std::int64_t>(bin_index));
  const float* counts = CountsOf(bin_index, chunk);
  if (counts == nullptr) {
    if (events.empty()) return;
    if (counts_.exists()) return PutEvents(row, events);
    return event_counts_.Keep(row, events);
  }
  event_counts_.ForEachRow([this](std::uint64_t earlier, std::span<const EventCounts::Count> kept) {
    PutEvents(earlier, kept);
  });
  row_.assign(counts, counts + num_channels_);
  for (const EventCounts::Count& event : events) row_[event.channel] += event.count;
  counts_.Put(row, row_);
}

const float* SpikeOutput::CountsOf(std::uint64_t bin_index,
                                   const v1::AcquisitionChunk& chunk) const {
  if (!chunk.has_spike_counts()) return nullptr;
  const auto first_bin =
      static_cast<std::uint64_t>(chunk.spike_counts().start_time_ns() / bin_width_ns_);
  const auto& counts = chunk.spike_counts().counts();
  const std::uint64_t num_rows = static_cast<std::uint64_t>(counts.size()) / num_channels_;
  if (bin_index < first_bin || bin_index - first_bin >= num_rows) return nullptr;
  return counts.data() + (bin_index - first_bin) * num_channels_;
}

void SpikeOutput::PutEvents(std::uint64_t row, std::span<const EventCounts::Count> counts) {
  row_.assign(num_channels_, 0.0);
  for (const EventCounts::Count& event : counts) row_[event.channel] += event.count;
  counts_.Put(row, row_);
}

void SpikeOutput::Finish(std::uint64_t num_rows, const BinTimes& times) {
  if (counts_.exists()) {
    counts_.Finish(num_rows, times);
    MarkObject(file_, kEcephys, "core", "ProcessingModule");
    file_->TextAttribute(kEcephys, "description", "Spikes in the bins that were decoded.");
  }
  if (spool_) WriteUnits(counts_.exists() ? kBesideCounts : kUnits, times);
}

std::vector<std::uint64_t> SpikeOutput::WriteObservedIntervals(const std::string& path,
                                                               const BinTimes& times) {
  GrowingDataset intervals(file_, path + "/obs_intervals", ElementType::kFloat64, 2, 0.0);
  std::vector<std::uint64_t> ends;
  for (std::uint32_t channel = 0; channel < num_channels_; ++channel) {
    for (const BinTimes::Span& span : times.spans()) {
      intervals.Append(std::array{Seconds(span.start_ns), Seconds(span.stop_ns)});
    }
    ends.push_back(intervals.num_rows());
  }
  intervals.Flush();
  return ends;
}

void SpikeOutput::WriteUnits(const std::string& path, const BinTimes& times) {
  const std::vector<std::uint64_t> interval_ends = WriteObservedIntervals(path, times);
  GrowingDataset spikes(file_, path + "/spike_times", ElementType::kFloat64, 0, 0.0);
  std::vector<std::uint64_t> ends;
  spool_->ForEachChannel([&](std::span<const std::int64_t> times_ns) {
    for (const std::int64_t time_ns : times_ns) spikes.Append(Seconds(time_ns));
    ends.push_back(spikes.num_rows());
  });
  spikes.Flush();
  file_->NumberAttribute(spikes.path(), "resolution", 1e-9);  // whole nanoseconds
  TableOutput table(
      file_, path, "Units",
      fmt::format(
          "Threshold crossings by channel, not sorted: unit i is all that channel i "
          "recorded, not one neuron. {} of {} spikes came after their bin had been decoded, "
          "and the decoder was not given them.",
          num_late_spikes_, num_spikes()));
  table.Existing("spike_times", "Times of the spikes, seconds of session time.");
  table.Index("spike_times", ends);
  table.Existing(
      "obs_intervals",
      "When the channel was observed, start and end, seconds of session time: all bins that were "
      "decoded, but for those that never came.");
  table.Index("obs_intervals", interval_ends);
  std::vector<std::int64_t> rows(num_channels_);
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  std::vector<std::uint64_t> row_ends(num_channels_);
  std::iota(row_ends.begin(), row_ends.end(), std::uint64_t{1});
  table.Region("electrodes", "The electrode of the channel.", rows, kElectrodesPath);
  table.Index("electrodes", row_ends);
  table.Finish(num_channels_);
}

}  // namespace efferent::archive

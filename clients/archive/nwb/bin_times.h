#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/archive/nwb/growing_dataset.h"

namespace efferent::archive {

/// When the bins of a file start. As long as none is missing between them, start and rate say it; then each has a time
/// stamp. Throws like Hdf5Output.
class BinTimes {
 public:
  /// A stretch of bins none of which is missing, nanoseconds of session time.
  struct Span {
    std::int64_t start_ns = 0;
    std::int64_t stop_ns = 0;
  };

  /// @param series whose group holds the time stamps, if there are any; others are linked to them.
  BinTimes(std::int64_t bin_width_ns, std::string series, Hdf5Output* file)
      : bin_width_ns_(bin_width_ns), series_(std::move(series)), file_(file) {}

  /// The next bin, later than those before.
  void Add(std::int64_t start_ns);
  const std::vector<Span>& spans() const { return spans_; }

  /// Writes what is left. Once, before WriteFor, at least one bin later.
  void Finish();
  /// Says in the series at `path`, of one row a bin, when its rows are.
  void WriteFor(const std::string& path) const;

 private:
  std::string TimestampsOf(const std::string& path) const { return path + "/timestamps"; }

  std::int64_t bin_width_ns_;
  std::string series_;
  Hdf5Output* file_;
  std::vector<Span> spans_;
  std::optional<GrowingDataset> timestamps_;
};

}  // namespace efferent::archive

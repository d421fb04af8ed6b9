#include "clients/archive/nwb/bin_times.h"

#include <limits>

#include "clients/archive/nwb/nwb_object.h"

namespace efferent::archive {

void BinTimes::Add(std::int64_t start_ns) {
  if (!spans_.empty() && spans_.back().stop_ns != start_ns && !timestamps_) {
    timestamps_.emplace(file_, TimestampsOf(series_), ElementType::kFloat64, 0,
                        std::numeric_limits<double>::quiet_NaN());
    for (std::int64_t time_ns = spans_.front().start_ns; time_ns < spans_.front().stop_ns;
         time_ns += bin_width_ns_) {
      timestamps_->Append(Seconds(time_ns));
    }
  }
  if (timestamps_) timestamps_->Append(Seconds(start_ns));
  if (spans_.empty() || spans_.back().stop_ns != start_ns) spans_.push_back({start_ns, start_ns});
  spans_.back().stop_ns += bin_width_ns_;
}

void BinTimes::Finish() {
  if (!timestamps_) return;
  timestamps_->Flush();
  file_->IntegerAttribute(timestamps_->path(), "interval", 1);
  file_->TextAttribute(timestamps_->path(), "unit", "seconds");
}

void BinTimes::WriteFor(const std::string& path) const {
  if (!timestamps_) {
    const std::string start = path + "/starting_time";
    file_->Number(start, Seconds(spans_.front().start_ns));
    file_->NumberAttribute(start, "rate", 1e9 / static_cast<double>(bin_width_ns_));
    file_->TextAttribute(start, "unit", "seconds");
  } else if (path != series_) {
    file_->SoftLink(TimestampsOf(path), timestamps_->path());
  }
}

}  // namespace efferent::archive

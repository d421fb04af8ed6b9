#include "clients/archive/nwb/series_output.h"

#include "clients/archive/nwb/nwb_object.h"

namespace efferent::archive {

void SeriesOutput::Put(std::uint64_t row, std::span<const double> values) {
  if (!data_) {
    data_.emplace(file_, description_.path + "/data", description_.type, description_.num_columns,
                  description_.fill);
  }
  data_->ExtendTo(row);
  data_->Append(values);
}

void SeriesOutput::Finish(std::uint64_t num_rows, const BinTimes& times) {
  if (!data_) return;
  data_->ExtendTo(num_rows);
  data_->Flush();
  const SeriesDescription& d = description_;
  MarkObject(file_, d.path, "core", d.reference_frame.empty() ? "TimeSeries" : "SpatialSeries");
  file_->TextAttribute(d.path, "description", d.description);
  file_->TextAttribute(d.path, "comments", d.comments.empty() ? "no comments" : d.comments);
  const std::string data = d.path + "/data";
  file_->NumberAttribute(data, "conversion", 1.0);
  file_->NumberAttribute(data, "offset", 0.0);
  file_->NumberAttribute(data, "resolution", -1.0);
  file_->TextAttribute(data, "unit", d.unit);
  if (!d.reference_frame.empty()) file_->Text(d.path + "/reference_frame", d.reference_frame);
  times.WriteFor(d.path);
}

}  // namespace efferent::archive

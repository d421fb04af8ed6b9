#pragma once

#include <cstdint>
#include <string>

#include "clients/archive/nwb/series_output.h"
#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// What body, task and decoder did in each bin, as series in `/processing/behavior` and
/// `/processing/decoding`. Rows are bins in order.
class BehaviorOutput {
 public:
  /// @param num_dimensions of positions and velocities, 2 or 3.
  BehaviorOutput(int num_dimensions, Hdf5Output* file);

  /// The series that every file has.
  static constexpr const char* kDecodedPath = "/processing/behavior/recorded_decoder_velocity";

  /// @param row number of the bin among those of the file, from 0.
  /// @param behavior what it was decoded and learnt with; null: nothing.
  void Add(std::uint64_t row, const v1::RecordedBin& bin, const v1::BehaviorSample* behavior);

  /// Writes what is left. Once, at least one bin later.
  void Finish(std::uint64_t num_rows, const BinTimes& times);

 private:
  void AddBehavior(std::uint64_t row, const v1::BehaviorSample& behavior);
  void MarkModule(const char* group, const char* description);
  void PutVector(std::uint64_t row, const google::protobuf::RepeatedField<double>& values,
                 SeriesOutput* series) const;

  int num_dimensions_;
  Hdf5Output* file_;
  SeriesOutput position_, velocity_, target_, target_radius_, engaged_, reward_;
  SeriesOutput decoded_, status_, withheld_;
  SeriesOutput learnt_, decode_time_, respond_time_, missed_deadline_;
};

}  // namespace efferent::archive

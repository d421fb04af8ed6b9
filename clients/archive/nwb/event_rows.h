#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clients/archive/nwb/table_output.h"
#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// What happened in a session, other than bins: what the server noted, changes of decoders, learning
/// switched on and off, silences, records that are missing.
class EventRows {
 public:
  explicit EventRows(const v1::GetRecordingResponse& recording) : recording_(recording) {}

  /// Takes over what the server noted before an item: at the end of the last bin that had been decoded.
  void AdvanceTo(std::int64_t time_unix_ns, std::int64_t decoded_until_ns);
  /// What is noted with a bin that starts at `start_ns`.
  void AddBin(const v1::RecordedBin& bin, std::int64_t start_ns, std::int64_t time_unix_ns);
  /// A command that was not decoded. Of those that follow each other with the same status, the first.
  void AddSilence(const v1::Command& command, std::int64_t time_unix_ns,
                  std::int64_t decoded_until_ns);
  void AddGap(const v1::RecordedGap& gap, std::int64_t time_unix_ns, std::int64_t decoded_until_ns);

  std::size_t num_events() const { return rows_.size(); }

  /// Writes a DynamicTable, if there are any.
  void Write(const std::string& path, Hdf5Output* file) const;

 private:
  struct Row {
    std::int64_t time_ns = 0;
    std::int64_t unix_ns = 0;
    std::string kind;
    std::string detail;
    const v1::RecordedDecoderChange* change = nullptr;  // of decoders, if it is one
  };
  void WriteChanges(TableOutput* table) const;

  const v1::GetRecordingResponse& recording_;
  int next_event_ = 0;
  v1::CommandStatus silence_ = v1::COMMAND_STATUS_UNSPECIFIED;
  std::vector<Row> rows_;
};

}  // namespace efferent::archive

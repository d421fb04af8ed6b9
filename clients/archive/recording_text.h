#pragma once

#include <cstdint>
#include <string>

#include "efferent/v1/recording.pb.h"

namespace efferent::archive {

/// All recordings as a table.
std::string DescribeRecordings(const v1::ListRecordingsResponse& answer,
                               const std::string& address);

/// One recording: how it went, its checkpoints, changes of decoders and events.
std::string DescribeRecording(const v1::GetRecordingResponse& answer);

/// The checkpoints of a recording, one a row; empty without any.
std::string DescribeCheckpoints(const v1::GetRecordingResponse& answer);

/// Bytes with three digits: `1.24 MB`.
std::string SizeText(std::int64_t bytes);

/// Local time to the second: `2026-11-26 10:29:41`.
std::string TimeText(std::int64_t unix_ns);

}  // namespace efferent::archive

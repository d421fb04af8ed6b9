#pragma once

#include <cstdint>
#include <string>

#include "clients/archive/nwb/hdf5_output.h"

namespace efferent::archive {

/// A random identifier (UUID, version 4) as text.
std::string RandomUuid();

/// Marks a group or a dataset as an object of the NWB standard: `neurodata_type`, the namespace that
/// declares the type (`core` or `hdmf-common`) and an `object_id` of its own.
void MarkObject(Hdf5Output* file, const std::string& object, const std::string& name_space,
                const std::string& type);

/// Makes a group and marks it, with a `description`.
void AddObject(Hdf5Output* file, const std::string& group, const std::string& type,
               const std::string& description);

/// A time, nanoseconds since 1970-01-01 UTC, as ISO 8601 with microseconds: `2026-11-26T11:29:22.000001+00:00`.
std::string IsoTime(std::int64_t unix_ns);

/// Session time in seconds: the number that is nearest to it.
inline double Seconds(std::int64_t time_ns) { return static_cast<double>(time_ns) / 1e9; }

}  // namespace efferent::archive

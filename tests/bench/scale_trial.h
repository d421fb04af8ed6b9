#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "clients/load/load_run.h"
#include "clients/session/stop_flag.h"

namespace efferent::bench {

/// One load on a server of its own.
struct ScaleTrial {
  int num_sessions = 1;
  int num_channels = 96;
  double bin_width_ms = 20.0;
  double deadline_ms = 20.0;
  int num_neurons = 64;  ///< Of the `snn` decoder, which learns; all else is its default.
  double seconds = 3.0;
  bool real_time = true;
};

/// What it took.
struct ScaleOutcome {
  load::LoadResult load;
  double processors = 0.0;                ///< That the server kept busy.
  double us_per_bin = 0.0;                ///< Of processor time, decoding, learning and transport.
  std::int64_t resident_bytes = 0;        ///< Of the server, all sessions running.
  std::int64_t empty_resident_bytes = 0;  ///< Before there was a session.

  double processors_per_session() const;
  double resident_bytes_per_session() const;
};

/// Starts an efferentd that takes as many sessions as asked, and loads it from this process. `show`
/// hears some ten times a second how it goes. Call on the main thread.
/// @throws std::runtime_error if the server does not start or last, or a stop is requested.
ScaleOutcome RunScaleTrial(const ScaleTrial& trial, StopFlag* stop,
                           const std::function<void(const std::string&)>& show);

}  // namespace efferent::bench

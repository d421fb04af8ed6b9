#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "clients/session/server_connection.h"

namespace efferent::load {

/// What `efferent load` was asked to do.
struct LoadOptions {
  std::string address = kDefaultServerAddress;
  int num_sessions = 10;
  int num_flooding = 0;  ///< Further sessions that send as fast as they can.
  double duration_s = 10.0;
  int num_channels = 96;
  double bin_width_ms = 20.0;
  std::optional<double> deadline_ms;  ///< Not set: one bin.
  std::string decoder = "snn";
  std::string session_config_file;  ///< Empty: none.
  bool learning = true;
  bool real_time = true;
  std::string session_prefix = "load";
  std::uint64_t seed = 1;
  std::optional<double> require_missed_below;
  std::optional<std::string> json_path;
  bool overwrite = false;

  std::int64_t bin_width_ns() const { return static_cast<std::int64_t>(1e6 * bin_width_ms); }
  std::int64_t deadline_ns() const {
    return static_cast<std::int64_t>(1e6 * deadline_ms.value_or(bin_width_ms));
  }
};

}  // namespace efferent::load

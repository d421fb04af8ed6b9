#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/arm_rig.h"
#include "clients/session/server_connection.h"

namespace efferent {

/// What `efferent arm` was asked to do.
struct ArmOptions {
  std::string address = kDefaultServerAddress;
  std::string session_id = "default";
  RigParams rig;
  std::vector<Phase> phases;
  bool lockstep = false;
  double command_timeout_s = 0.1;  ///< Silence after which the arm holds still.
  double reconnect_s = 30.0;
  bool end_session = false;
  bool take_over = false;        ///< From another client that drives the session's arm.
  std::string render_directory;  ///< Empty: no frames.
  double render_interval_s = 0.1;
  std::optional<std::string> json_path, trials_csv_path, trajectory_csv_path;
  bool overwrite = false;
};

}  // namespace efferent

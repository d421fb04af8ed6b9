#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/session/server_connection.h"
#include "clients/subject/brain.h"
#include "clients/subject/session_settings.h"

namespace efferent::subject {

enum class UserKind { kOps, kDelayed };

/// What `efferent subject` was asked to do.
struct SubjectOptions {
  std::string address = kDefaultServerAddress;
  std::string session_id = "subject";
  UserKind user = UserKind::kOps;
  std::string population = "96";  ///< A file, or a number of neurons to draw.
  std::uint64_t seed = 1;
  double bin_width_ms = 10.0;
  std::string decoder = "snn";
  bool learn_from_reward = false;          ///< Else from the target.
  std::string session_config_file;         ///< Empty: none.
  std::vector<std::string> perturbations;  ///< PHASE:KIND=SHARE.
  std::optional<double> visual_delay_ms;   ///< Absent: the user's own.
  std::optional<double> rate_noise;        ///< Absent: the setting's own. OPS user only.
  bool silent = false;
  bool lockstep = false;
  std::optional<double> duration_s;  ///< Of neural time.
  double reconnect_s = 30.0;         ///< How long a lost server is tried again.
  std::optional<std::string> json_path;
  bool overwrite = false;
  bool replace = false;    ///< A session of that id to which nobody is attached is ended first.
  bool take_over = false;  ///< From another client that streams to the session.

  std::int64_t bin_width_ns() const { return std::llround(bin_width_ms * 1e6); }
};

/// Neurons of `--population`: read from the file of that name, or drawn if it is a number.
/// @throws std::exception saying what is wrong with it.
Population MakePopulation(const SubjectOptions& options);

/// The simulated brain.
/// @throws std::exception naming the option that makes no sense.
Brain MakeBrain(const SubjectOptions& options);

/// User, tuning and perturbations.
/// @throws std::exception naming the option that makes no sense.
BrainParams MakeBrainParams(const SubjectOptions& options);

/// The session's settings: those that suit the user, then what the file says.
/// @throws InputError if the file cannot be read as a SessionConfig.
v1::SessionConfig MakeSessionConfig(const SubjectOptions& options, std::size_t num_channels);

/// The session's settings as JSON that `--session-config` reads.
std::string PrintSessionConfig(const SubjectOptions& options);

}  // namespace efferent::subject

#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "clients/arm/arm_model.h"
#include "clients/arm/arm_scene.h"
#include "clients/arm/experiment.h"
#include "clients/arm/minimum_jerk.h"

namespace efferent {

/// How the arm gets back to the centre between center-out trials.
enum class ReturnMode {
  kDrive,  ///< It drives itself there, in less than half a second.
  kReset,  ///< It is set there at once.
};

/// A command as the rig sees it.
struct RigCommand {
  std::int64_t bin_start_time_ns = 0;  ///< Of the bin it was decoded from.
  Eigen::Vector2d velocity_m_s = Eigen::Vector2d::Zero();
};

/// What the server is told.
struct RigUpdate {
  std::int64_t time_ns = 0;
  Eigen::Vector2d position_m = Eigen::Vector2d::Zero();
  Eigen::Vector2d velocity_m_s = Eigen::Vector2d::Zero();
  bool engaged = false;
  std::optional<Eigen::Vector2d> target_m;
  double target_radius_m = 0.0;
  std::optional<double> reward;  ///< See Trial::reward; absent between trials.
  std::vector<TrialMark> marks;
};

/// What a rig is made of.
struct RigParams {
  ArmWorkspace workspace;
  ArmServoParams servo;
  TaskParams task;
  ReturnMode return_mode = ReturnMode::kDrive;
  double max_command_m_s = 2.0;  ///< A faster command is refused.
};

/// The arm and its experiment on the session's clock: commands in; state, target and trial marks
/// out. It moves only while it is told that commands come. No network, no clock of its own, one
/// thread: the same calls have the same results.
class ArmRig {
 public:
  /// @throws std::invalid_argument naming the parameter that is out of bounds.
  ArmRig(const RigParams& params, std::vector<Phase> phases);

  /// Attached to a session whose clock shows `now_ns`. `is_new_session`: not the one from before
  /// (or the first): the clock starts afresh, a trial that was on is repeated, learning is set
  /// again.
  void Attach(std::int64_t now_ns, bool is_new_session);

  /// Follow this velocity from now on, if a trial is on that had begun when the bin started; a bin
  /// from before the trial knew nothing of it. False: refused, not finite or too fast; the arm
  /// holds still.
  bool Follow(const RigCommand& command);

  /// Commands come (again), or have ceased: then the arm holds still until they come again.
  void SetCommanded(bool commanded);
  /// The session is lost and its clock stands: comes to rest, however long that takes in the arm's own
  /// time, at most a second.
  void Brake();
  /// Breaks off the trial that is on; it will be repeated.
  void Interrupt() { experiment_.Interrupt(now_ns_); }

  /// The end of a bin: a trial starts here if all is ready.
  void StartTrialIfReady();

  /// One physics step of step_ns(), after which the session's clock shows `now_ns` (never back).
  void Step(std::int64_t now_ns);

  /// State, target and marks since the last call.
  RigUpdate TakeUpdate();
  /// Trials that came to their end since the last call, in order.
  std::vector<TrialResult> TakeResults();

  bool is_done() const { return experiment_.is_done(); }
  bool is_moving() const;
  std::int64_t now_ns() const { return now_ns_; }
  std::int64_t step_ns() const { return arm_.step_ns(); }
  std::uint64_t refused_command_count() const { return refused_command_count_; }
  Experiment& experiment() { return experiment_; }
  const Experiment& experiment() const { return experiment_; }
  const ArmModel& arm() const { return arm_; }

  /// What a frame of this moment shows.
  ArmScene Scene() const;

 private:
  void GoHome();
  Eigen::Vector2d VelocityNow() const;
  bool AtHome() const;

  RigParams params_;
  ArmModel arm_;
  Experiment experiment_;
  std::int64_t now_ns_ = 0;
  bool commanded_ = false;
  Eigen::Vector2d followed_m_s_ = Eigen::Vector2d::Zero();
  std::uint64_t refused_command_count_ = 0;
  std::optional<MinimumJerk> return_path_;
  double return_time_s_ = 0.0;
  std::optional<TrialResult> last_result_;  // Shown until the next trial.
  std::vector<TrialResult> results_;
};

}  // namespace efferent

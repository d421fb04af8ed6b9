#pragma once

#include <cmath>

#include "clients/subject/population.h"

namespace efferent::subject {

/// Horizontal distance from the shoulder to the centre of the task, metres: an arm of 0.3 m and
/// 0.35 m, elbow bent by some 90 degrees.
inline constexpr double kShoulderDistanceM = 0.45;

/// By how much the shoulder is turned when the hand is at `arm_position_m` (x to the right, y away
/// from the subject) instead of straight ahead at kShoulderDistanceM; rad, to the left is positive.
inline double ShoulderTurnRad(const Vec3& arm_position_m) {
  return -std::atan2(arm_position_m.x(), kShoulderDistanceM + arm_position_m.y());
}

/// The hand's position, m, at the same distance from the shoulder when that is turned.
inline Vec3 HandAtShoulderTurn(double turn_rad) {
  return kShoulderDistanceM * Vec3(-std::sin(turn_rad), std::cos(turn_rad) - 1.0, 0.0);
}

/// A neuron's preferred direction when the shoulder is turned: turned with it about the vertical
/// axis by `posture_gain` times the angle. Caminiti, Johnson and Urbano (J Neurosci 10, 1990) found
/// that preferred directions in motor cortex turn with the shoulder: by as much in the median of
/// the population, and by anything in single cells. (That tonic rates depend on the hand's position
/// too, posture_drive, was found by Kettner, Schwartz and Georgopoulos, J Neurosci 8, 1988.)
inline Vec3 PreferredDirection(const Neuron& neuron, double shoulder_turn_rad) {
  const Vec3& pd = neuron.preferred_direction;
  if (neuron.posture_gain == 0.0) return pd;
  const double angle = neuron.posture_gain * shoulder_turn_rad;
  const double c = std::cos(angle), s = std::sin(angle);
  return {c * pd.x() - s * pd.y(), s * pd.x() + c * pd.y(), pd.z()};
}

}  // namespace efferent::subject

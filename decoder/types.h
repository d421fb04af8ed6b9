#pragma once

#include <Eigen/Core>
#include <cmath>
#include <cstdint>

namespace efferent {

/// Nanoseconds since the start of the session, everywhere. Seconds exist only at the edges
/// (configuration, files).
using TimeNs = std::int64_t;

/// Most dimensions that a session's behaviour and commands may have.
inline constexpr int kMaxDimensions = 8;

/// Position (m), velocity (m/s) or target in the frame of the task. A session with D dimensions uses
/// the first D components and leaves the others at 0. The capacity is fixed, so that nothing allocates.
class TaskVector : public Eigen::Matrix<double, kMaxDimensions, 1> {
 public:
  using Base = Eigen::Matrix<double, kMaxDimensions, 1>;

  TaskVector() : Base(Base::Zero()) {}
  TaskVector(double x, double y, double z = 0.0) : TaskVector() {
    (*this)[0] = x;
    (*this)[1] = y;
    (*this)[2] = z;
  }
  template <class Derived>
  TaskVector(const Eigen::MatrixBase<Derived>& other) : Base(other) {}
  template <class Derived>
  TaskVector& operator=(const Eigen::MatrixBase<Derived>& other) {
    Base::operator=(other);
    return *this;
  }

  // Dot, SquaredNorm and Norm below instead: Eigen adds in an order that depends on the capacity.
  double dot(const TaskVector&) const = delete;
  double squaredNorm() const = delete;
  double norm() const = delete;
};

/// The sum of products, added in the order of the dimensions: unused ones change no bit.
inline double Dot(const TaskVector& a, const TaskVector& b) {
  double sum = a[0] * b[0];
  for (int i = 1; i < kMaxDimensions; ++i) sum += a[i] * b[i];
  return sum;
}
inline double SquaredNorm(const TaskVector& a) { return Dot(a, a); }
inline double Norm(const TaskVector& a) { return std::sqrt(SquaredNorm(a)); }

/// A vector of at most kMaxDimensions with the other dimensions at 0.
template <class Vector>
TaskVector ToTaskVector(const Vector& vector) {
  TaskVector result;
  result.head(vector.size()) = vector;
  return result;
}

/// One threshold crossing or one spike of a sorted unit.
struct Spike {
  TimeNs time_ns = 0;
  std::uint32_t channel = 0;
};

/// What a command is; see ARCHITECTURE.md, "Statuses".
enum class CommandStatus : std::uint8_t { kDecoded, kHeld, kStopped, kFault };

/// Motor command: move at this velocity until the next one.
struct Command {
  std::uint64_t bin_index = 0;  ///< Bin that it was decoded from.
  TimeNs bin_stop_time_ns = 0;  ///< End of that bin.
  CommandStatus status = CommandStatus::kStopped;
  TaskVector velocity_m_s;  ///< Zero for kStopped and kFault.
};

}  // namespace efferent

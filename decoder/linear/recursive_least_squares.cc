#include "decoder/linear/recursive_least_squares.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "decoder/state_visitor.h"

namespace efferent {
namespace {

// How far beyond its initial value forgetting may carry the variance of a feature that is not
// excited.
constexpr double kMaxGrowth = 10.0;
// Long before the factors overflow they are folded back into the matrix.
constexpr double kMaxInflation = 1e100;

constexpr std::size_t kSide = kernels::kDoubleLanes;

std::size_t NumTiles(int num_features) {  // along a side
  return kernels::Padded(static_cast<std::size_t>(num_features), kSide) / kSide;
}

/// Tiles of the lower half in the columns of tiles before this one; there are `side` of these.
std::size_t TilesBefore(std::size_t column, std::size_t side) {
  return column * (2 * side + 1 - column) / 2;
}

}  // namespace

RecursiveLeastSquares::RecursiveLeastSquares(int num_features, double forgetting, double ridge,
                                             const kernels::Kernels& kernels,
                                             std::size_t max_samples)
    : forgetting_(forgetting),
      initial_variance_(1.0 / ridge),
      kernels_(kernels),
      num_features_(static_cast<std::size_t>(num_features)),
      num_tiles_(NumTiles(num_features)),
      cap_(num_tiles_ * kSide),
      diagonal_(cap_),
      tiles_(TilesBefore(num_tiles_, num_tiles_) * kSide * kSide),
      pending_(max_samples * size()),
      samples_(max_samples),
      scaled_phi_(pending_),
      q_(pending_) {
  Reset();
}

std::size_t RecursiveLeastSquares::NumBytes(int num_features) {
  const std::size_t side = NumTiles(num_features);
  return TilesBefore(side, side) * kSide * kSide * sizeof(double);
}

void RecursiveLeastSquares::Reset() noexcept {
  std::fill(tiles_.begin(), tiles_.end(), 0.0);
  double* tile = tiles_.data();
  for (std::size_t c = 0; c < num_tiles_; ++c) {
    // Of the padding it stays zero: never excited and never capped, it would grow with every folding.
    const std::size_t used = std::min(kSide, num_features_ - c * kSide);
    for (std::size_t k = 0; k < used; ++k) tile[k * kSide + k] = initial_variance_;
    tile += (num_tiles_ - c) * kSide * kSide;
  }
  std::fill(diagonal_.begin(), diagonal_.end(), initial_variance_);
  std::fill(cap_.begin(), cap_.end(), 1.0);
  inflation_ = 1.0;
  num_pending_ = num_samples_ = next_column_ = 0;
}

void RecursiveLeastSquares::Update(const Eigen::Ref<const Eigen::VectorXd>& phi,
                                   const Eigen::VectorXd& error, double evidence,
                                   Eigen::MatrixXd* w) noexcept {
  Take(phi, error, evidence);
  Advance(0, 1, w);
}

void RecursiveLeastSquares::Take(const Eigen::Ref<const Eigen::VectorXd>& phi,
                                 const Eigen::VectorXd& error, double evidence) noexcept {
  if (num_samples_ == samples_.size()) return;
  double* scaled_phi = scaled_phi_.data() + num_samples_ * size();
  // Features beyond the last stay zero, and so does all that comes of them.
  for (std::size_t i = 0; i < num_features_; ++i) {
    scaled_phi[i] = cap_[i] * phi[static_cast<Eigen::Index>(i)];
  }
  Sample& sample = samples_[num_samples_++];
  sample.error.head(error.size()) = error;
  sample.evidence = evidence;
}

void RecursiveLeastSquares::Advance(std::size_t part, std::size_t num_parts,
                                    Eigen::MatrixXd* w) noexcept {
  if (num_samples_ == 0) return;
  if (part == 0) {
    next_column_ = 0;
    std::fill_n(q_.begin(), num_samples_ * size(), 0.0);
  }
  kernels::SymmetricUpdate update;
  update.num_tiles = num_tiles_;
  update.first_column = next_column_;
  update.tiles = tiles_.data() + TilesBefore(next_column_, num_tiles_) * kSide * kSide;
  const std::size_t until = TilesBefore(num_tiles_, num_tiles_) * (part + 1) / num_parts;
  while (TilesBefore(next_column_, num_tiles_) < until) ++next_column_;
  update.last_column = next_column_;
  update.num_updates = num_pending_;
  update.u = pending_.data();
  update.num_products = num_samples_;
  update.phi = scaled_phi_.data();
  update.product = q_.data();
  kernels_.UpdateAndMultiply(update);
  if (part + 1 == num_parts) Finish(w);
}

void RecursiveLeastSquares::Finish(Eigen::MatrixXd* w) noexcept {
  for (std::size_t k = 0; k < num_samples_; ++k) {
    if (!FinishSample(k, w)) return Reset();
  }
  num_pending_ = std::exchange(num_samples_, 0);
  if (!CapVariances()) return Reset();
  if (inflation_ > kMaxInflation) FoldFactors();
}

bool RecursiveLeastSquares::FinishSample(std::size_t k, Eigen::MatrixXd* w) noexcept {
  Sample& sample = samples_[k];
  const double* const phi = scaled_phi_.data() + k * size();
  double* const q = q_.data() + k * size();
  for (std::size_t j = 0; j < k; ++j) {
    const double* const q_before = q_.data() + j * size();
    const Sample& before = samples_[j];
    const double taken = before.gain_per_error * kernels_.Dot(q_before, phi, size());
    for (std::size_t i = 0; i < num_features_; ++i) q[i] -= taken * q_before[i];
    sample.error -= taken * before.error;
  }
  const double variance_of_output = inflation_ * kernels_.Dot(phi, q, size());
  if (variance_of_output < 0.0) return false;
  const double denominator = forgetting_ / sample.evidence + variance_of_output;
  for (Eigen::Index d = 0; d < w->cols(); ++d) {
    const double gain = inflation_ * sample.error[d] / denominator;
    double* weights = w->col(d).data();
    for (std::size_t i = 0; i < num_features_; ++i) weights[i] -= gain * (cap_[i] * q[i]);
  }
  sample.gain_per_error = inflation_ / denominator;
  const double root = std::sqrt(sample.gain_per_error);
  double* const pending = pending_.data() + k * size();
  for (std::size_t i = 0; i < num_features_; ++i) {
    pending[i] = root * q[i];
    diagonal_[i] -= pending[i] * pending[i];
  }
  inflation_ /= forgetting_;
  return true;
}

bool RecursiveLeastSquares::CapVariances() noexcept {
  bool is_covariance = true;
  for (std::size_t i = 0; i < num_features_; ++i) {
    const double bound = kMaxGrowth * initial_variance_;
    const double grown = variance(static_cast<Eigen::Index>(i));
    if (grown > bound) cap_[i] *= std::sqrt(bound / grown);
    if (grown <= 0.0) is_covariance = false;  // NaN is not mended: it is to be seen
  }
  return is_covariance;
}

void RecursiveLeastSquares::FoldFactors() noexcept {
  double* tile = tiles_.data();
  for (std::size_t c = 0; c < num_tiles_; ++c) {
    for (std::size_t r = c; r < num_tiles_; ++r, tile += kSide * kSide) {
      for (std::size_t k = 0; k < kSide; ++k) {
        const std::size_t column = c * kSide + k;
        for (std::size_t l = 0; l < kSide; ++l) {
          const std::size_t row = r * kSide + l;
          double& p = tile[k * kSide + l];
          for (std::size_t j = 0; j < num_pending_; ++j) {
            const double* const pending = pending_.data() + j * size();
            p -= pending[row] * pending[column];
          }
          p *= inflation_ * (cap_[row] * cap_[column]);
        }
      }
    }
  }
  for (std::size_t i = 0; i < num_features_; ++i) {
    diagonal_[i] = variance(static_cast<Eigen::Index>(i));
  }
  std::fill(cap_.begin(), cap_.end(), 1.0);
  num_pending_ = 0;
  inflation_ = 1.0;
}

void RecursiveLeastSquares::Sample::VisitState(StateVisitor& visitor) {
  visitor("error", error);
  visitor("evidence", evidence);
}

void RecursiveLeastSquares::VisitState(StateVisitor& visitor) {
  if (!visitor.wants_evidence()) return;
  visitor("inflation", inflation_);
  visitor("cap", cap_);
  visitor("diagonal", diagonal_);
  visitor("tiles", tiles_);
  visitor("pending", pending_);
  visitor("num_pending", num_pending_);
  visitor("samples", samples_);
  visitor("scaled_phi", scaled_phi_);
  visitor("num_samples", num_samples_);
  visitor("q", q_);
  visitor("next_column", next_column_);
  visitor.Require(num_pending_ <= samples_.size(), "num_pending", "fit the matrix");
  visitor.Require(num_samples_ <= samples_.size(), "num_samples", "fit the matrix");
  visitor.Require(next_column_ <= num_tiles_, "next_column", "be a column of the matrix");
}

}  // namespace efferent

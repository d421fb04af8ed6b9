#include "decoder/linear/recursive_least_squares.h"

#include <algorithm>
#include <cmath>

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
                                             const kernels::Kernels& kernels)
    : forgetting_(forgetting),
      initial_variance_(1.0 / ridge),
      kernels_(kernels),
      num_features_(static_cast<std::size_t>(num_features)),
      num_tiles_(NumTiles(num_features)),
      cap_(num_tiles_ * kSide),
      diagonal_(cap_),
      tiles_(TilesBefore(num_tiles_, num_tiles_) * kSide * kSide),
      pending_(cap_),
      q_(cap_),
      scaled_phi_(cap_) {
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
  std::fill(pending_.begin(), pending_.end(), 0.0);
  inflation_ = 1.0;
  has_sample_ = false;
}

void RecursiveLeastSquares::Update(const Eigen::Ref<const Eigen::VectorXd>& phi,
                                   const Eigen::VectorXd& error, double evidence,
                                   Eigen::MatrixXd* w) noexcept {
  Take(phi, error, evidence);
  Advance(0, 1, w);
}

void RecursiveLeastSquares::Take(const Eigen::Ref<const Eigen::VectorXd>& phi,
                                 const Eigen::VectorXd& error, double evidence) noexcept {
  // Features beyond the last stay zero, and so does all that comes of them.
  for (std::size_t i = 0; i < num_features_; ++i) {
    scaled_phi_[i] = cap_[i] * phi[static_cast<Eigen::Index>(i)];
  }
  std::fill(q_.begin(), q_.end(), 0.0);
  error_.head(error.size()) = error;
  evidence_ = evidence;
  has_sample_ = true;
  next_column_ = 0;
}

void RecursiveLeastSquares::Advance(std::size_t part, std::size_t num_parts,
                                    Eigen::MatrixXd* w) noexcept {
  if (!has_sample_) return;
  kernels::SymmetricUpdate update;
  update.num_tiles = num_tiles_;
  update.first_column = next_column_;
  update.tiles = tiles_.data() + TilesBefore(next_column_, num_tiles_) * kSide * kSide;
  const std::size_t until = TilesBefore(num_tiles_, num_tiles_) * (part + 1) / num_parts;
  while (TilesBefore(next_column_, num_tiles_) < until) ++next_column_;
  update.last_column = next_column_;
  update.u = pending_.data();
  update.phi = scaled_phi_.data();
  update.product = q_.data();
  kernels_.UpdateAndMultiply(update);
  if (part + 1 < num_parts) return;
  has_sample_ = false;
  Finish(w);
}

void RecursiveLeastSquares::Finish(Eigen::MatrixXd* w) noexcept {
  const double variance_of_output =
      inflation_ * kernels_.Dot(scaled_phi_.data(), q_.data(), q_.size());
  if (variance_of_output < 0.0) return Reset();
  const double denominator = forgetting_ / evidence_ + variance_of_output;
  for (Eigen::Index d = 0; d < w->cols(); ++d) {
    const double gain = inflation_ * error_[d] / denominator;
    double* weights = w->col(d).data();
    for (std::size_t i = 0; i < num_features_; ++i) weights[i] -= gain * (cap_[i] * q_[i]);
  }
  const double root = std::sqrt(inflation_ / denominator);
  inflation_ /= forgetting_;
  bool is_covariance = true;
  for (std::size_t i = 0; i < num_features_; ++i) {
    pending_[i] = root * q_[i];
    diagonal_[i] -= pending_[i] * pending_[i];
    const double bound = kMaxGrowth * initial_variance_;
    const double grown = variance(static_cast<Eigen::Index>(i));
    if (grown > bound) cap_[i] *= std::sqrt(bound / grown);
    if (grown <= 0.0) is_covariance = false;  // NaN is not mended: it is to be seen
  }
  if (!is_covariance) return Reset();
  if (inflation_ > kMaxInflation) FoldFactors();
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
          p -= pending_[row] * pending_[column];
          p *= inflation_ * (cap_[row] * cap_[column]);
        }
      }
    }
  }
  for (std::size_t i = 0; i < num_features_; ++i) {
    diagonal_[i] = variance(static_cast<Eigen::Index>(i));
  }
  std::fill(cap_.begin(), cap_.end(), 1.0);
  std::fill(pending_.begin(), pending_.end(), 0.0);
  inflation_ = 1.0;
}

void RecursiveLeastSquares::VisitState(StateVisitor& visitor) {
  visitor("inflation", inflation_);
  visitor("cap", cap_);
  visitor("diagonal", diagonal_);
  visitor("tiles", tiles_);
  visitor("pending", pending_);
  visitor("q", q_);
  visitor("scaled_phi", scaled_phi_);
  visitor("has_sample", has_sample_);
  visitor("error", error_);
  visitor("evidence", evidence_);
  visitor("next_column", next_column_);
  visitor.Require(next_column_ <= num_tiles_, "next_column", "be a column of the matrix");
}

}  // namespace efferent

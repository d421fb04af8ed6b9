#include "decoder/stabilized/alignment.h"

#include <Eigen/SVD>
#include <stdexcept>

#include "decoder/state_visitor.h"

namespace efferent {

LoadingAligner::LoadingAligner(int num_channels, int num_latents)
    : stable_(static_cast<std::size_t>(num_channels), 0),
      rotation_(LatentMatrix::Identity(num_latents, num_latents)) {}

void LoadingAligner::Begin(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
                           double min_loading) noexcept {
  num_left_ = 0;
  for (std::size_t i = 0; i < stable_.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    stable_[i] = baseline.row(row).norm() >= min_loading && loadings.row(row).norm() >= min_loading;
    num_left_ += stable_[i];
  }
}

bool LoadingAligner::Advance(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
                             int num_stable) noexcept {
  const Eigen::Index latents = rotation_.rows();
  LatentMatrix across = LatentMatrix::Zero(latents, latents);  // M0' M
  for (std::size_t i = 0; i < stable_.size(); ++i) {
    if (!stable_[i]) continue;
    const auto row = static_cast<Eigen::Index>(i);
    for (Eigen::Index b = 0; b < latents; ++b) {
      for (Eigen::Index a = 0; a < latents; ++a)
        across(a, b) += baseline(row, a) * loadings(row, b);
    }
  }
  const Eigen::JacobiSVD<LatentMatrix> svd(across, Eigen::ComputeFullU | Eigen::ComputeFullV);
  rotation_ = svd.matrixU().lazyProduct(svd.matrixV().transpose());
  if (num_left_ <= num_stable) return true;

  std::size_t farthest = 0;
  double largest = -1.0;
  for (std::size_t i = 0; i < stable_.size(); ++i) {
    if (!stable_[i]) continue;
    const auto row = static_cast<Eigen::Index>(i);
    double moved = 0.0;
    for (Eigen::Index a = 0; a < latents; ++a) {
      const double difference = baseline(row, a) - rotation_.row(a).dot(loadings.row(row));
      moved += difference * difference;
    }
    if (moved <= largest) continue;
    largest = moved;
    farthest = i;
  }
  stable_[farthest] = 0;
  --num_left_;
  return false;
}

Alignment AlignLoadings(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
                        int num_stable, double min_loading) {
  if (baseline.rows() != loadings.rows() || baseline.cols() != loadings.cols() ||
      loadings.cols() < 1 || loadings.cols() > kMaxLatents) {
    throw std::invalid_argument("both must be num_channels x L with 1 <= L <= 32");
  }
  LoadingAligner aligner(static_cast<int>(loadings.rows()), static_cast<int>(loadings.cols()));
  aligner.Begin(baseline, loadings, min_loading);
  while (!aligner.Advance(baseline, loadings, num_stable)) {
  }
  Alignment result{aligner.rotation(), loadings * aligner.rotation().transpose(), {}};
  for (std::size_t i = 0; i < aligner.stable().size(); ++i) {
    if (aligner.stable()[i]) result.stable_channels.push_back(static_cast<Eigen::Index>(i));
  }
  return result;
}

void LoadingAligner::VisitState(StateVisitor& visitor) {
  Eigen::VectorXf stable = Eigen::VectorXf::Zero(static_cast<Eigen::Index>(stable_.size()));
  for (Eigen::Index i = 0; i < stable.size(); ++i) {
    stable[i] = stable_[static_cast<std::size_t>(i)] ? 1.0f : 0.0f;
  }
  visitor("stable", stable);
  visitor("rotation", rotation_);
  num_left_ = 0;
  for (Eigen::Index i = 0; i < stable.size(); ++i) {
    visitor.Require(stable[i] == 0.0f || stable[i] == 1.0f, "stable", "be 0 or 1 for each channel");
    stable_[static_cast<std::size_t>(i)] = stable[i] != 0.0f;
    num_left_ += stable[i] != 0.0f;
  }
}

}  // namespace efferent

#pragma once

#include <Eigen/Core>
#include <vector>

#include "decoder/stabilized/factor_analysis.h"

namespace efferent {

class StateVisitor;

/// Aligns the loadings of a new factor analysis with those of a baseline: factor analysis finds its
/// latents up to a rotation only, and channels that say the same as before tell which one. After
/// Degenhart, Bishop et al., Nat Biomed Eng 4:672 (2020), doi 10.1038/s41551-020-0542-9:
///   1. Channels whose row is shorter than `min_loading` in either matrix take no part.
///   2. Over the channels left, O = argmin |M0 - M O'| among orthogonal O: with M0' M = U S V',
///      O = U V' (orthogonal Procrustes; Schoenemann, Psychometrika 31:1, 1966).
///   3. The channel whose row moved most, |m0 - m O'|, is dropped; again from 2 until
///      `num_stable` are left. The O of these is the result: M O' is in the baseline's latent space.
/// A step costs num_channels L^2, so it can be spread over bins. Real-time safe after construction.
class LoadingAligner {
 public:
  LoadingAligner(int num_channels, int num_latents);

  /// Starts; takes note of the channels that take part. baseline, loadings: num_channels x L.
  void Begin(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
             double min_loading) noexcept;

  /// Drops the channel that moved most, if more than `num_stable` are left; whether rotation() is
  /// the result now. baseline, loadings: the same as for Begin.
  bool Advance(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
               int num_stable) noexcept;

  /// O, L x L.
  const LatentMatrix& rotation() const { return rotation_; }
  /// Whether a channel takes part, or is among the stable ones at the end; num_channels.
  const std::vector<char>& stable() const { return stable_; }
  int num_left() const { return num_left_; }
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  std::vector<char> stable_;
  int num_left_ = 0;
  LatentMatrix rotation_;
};

struct Alignment {
  LatentMatrix rotation;     ///< O, L x L.
  Eigen::MatrixXd loadings;  ///< M O', num_channels x L.
  std::vector<Eigen::Index> stable_channels;
};

/// All steps of LoadingAligner. For set-up.
/// @throws std::invalid_argument if shapes disagree.
Alignment AlignLoadings(const Eigen::MatrixXd& baseline, const Eigen::MatrixXd& loadings,
                        int num_stable, double min_loading);

}  // namespace efferent

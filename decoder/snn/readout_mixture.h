#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "decoder/kernels/kernels.h"
#include "decoder/linear/recursive_least_squares.h"
#include "decoder/types.h"

namespace efferent {

class StateVisitor;

/// Settings of a ReadoutMixture; decoder/README.md says why the defaults of SnnParams are what they
/// are.
struct ReadoutMixtureParams {
  int num_memories = 0;            ///< 1 or more.
  double slowest_half_life_s = 0;  ///< Of the readout that remembers longest, in labelled time.
  double half_life_ratio = 1;      ///< Of each memory to the next longer one, 0 to 1.
  double ridge = 0;                ///< Initial variance of the weights is 1 over this.
  double score_tau_s = 0;          ///< Memory of the scores, in evidence.
  double temperature = 0;   ///< Excess of error, relative to the best, that costs a factor e.
  double redundancy_s = 0;  ///< Labels in one direction: evidence halves after so long. 0: never.
  double output_filter_tau_s = 0;  ///< Of the slower of the two outputs that are combined. 0: none.
};

/// A readout that adapts at several speeds at once. Its members are recursive least squares on the
/// features phi, F, or on the last F_in of them, x and a (what does not go through the network), each
/// pair with another memory. Where the arm's posture g, D, is known, there are as many members on
/// [x; a; g_1 x; ...; g_D x]: gain fields, with which preferred directions may turn with the arm (Zipser
/// & Andersen, Nature 331, 1988; Pouget & Sejnowski, J Cogn Neurosci 9, 1997). Posture alone is no
/// feature: it says where the target is likely to be, and nothing of what the subject wants. With y_i
/// the members' outputs:
///   ybar = sum_i m_i y_i,   m_i ~ exp(-(E_i / min E - 1) / temperature),   sum m = 1
///   slow <- a slow + (1 - a) ybar,   a = exp(-bin / output_filter_tau)
///   y = V' [ybar; slow]              V: learnt by least squares too, [I; 0] at first
/// The members are linear, so that to respond takes their mean weights only, which are brought up to
/// date whenever learning has changed a member or its share; what each says is left to learning.
/// E_i: running mean of |y_i - y*|^2, as told by the weights that the trial began with. A label stays
/// the same through a trial, so a readout that forgets fast would seem good within the trial: what
/// counts is how it generalises to the next one (trial-wise prequential; Dawid, J R Stat Soc A 147,
/// 1984). Mixing by past performance: Vovk, COLT 1990; Cesa-Bianchi and Lugosi 2006, ch. 2.
///
/// Labels of successive bins that point the same way are no independent evidence, since what the
/// features have in common with them (a cursor that strays, a wrong plan) persists. A label counts
///   1 / (1 + n bin / redundancy),   n <- cos(label, last label)_+ (n + 1),  0 at a trial's start
///
/// What learning costs grows with the square of a member's features: its matrix comes from memory, many
/// sessions fill every cache. So labelled bins wait, kLongestWaitS at most, until the matrix is gone
/// through for up to kMostWaiting of them at once; they teach the same, later. Of the members with gain
/// fields one takes each labelled bin, the bin counting for all those that it sits out, and beyond
/// kMostModulated features there are none. What is still more than kMatrixBytesPerS is spread in time:
/// every member takes one of `spread` bins (times the number of those that it shares its turns with),
/// and as many to learn from it. Successive bins then have nearly all of their spikes in common.
///
/// Real-time safe after construction. All velocities m/s, D dimensions.
class ReadoutMixture {
 public:
  /// Features of a member with gain fields, as many as make one least-squares matrix of 1 MB: 170
  /// channels in the plane, 127 in space.
  static constexpr int kMostModulated = 512;
  /// Bytes of least-squares matrices that learning may go through in a second of labelled bins: some 5 %
  /// of a processor. Reached with 1,024 channels at 10 Hz, with 96 at 300 Hz.
  static constexpr double kMatrixBytesPerS = 250e6;
  /// Labelled bins that are learnt from in one pass, and for how long they may wait for it; members with
  /// gain fields, to which they come rarely, wait twice as long.
  static constexpr std::size_t kMostWaiting = 4;
  static constexpr double kLongestWaitS = 0.08;

  /// `num_direct`: F_in; 0: no members of that kind. No members at all with
  /// num_memories = 0.
  ReadoutMixture(const ReadoutMixtureParams& params, int num_features, int num_direct,
                 int num_dimensions, TimeNs bin_width_ns, const kernels::Kernels& kernels);

  /// g, D, of the bins that follow. There are no gain fields until this is called once.
  void SetPosture(const Eigen::VectorXd& gains) noexcept;

  /// y for phi, F; valid until the next call.
  const Eigen::VectorXd& Respond(const Eigen::VectorXd& phi) noexcept;

  /// A bin without a label: only what learning remembers of the past advances.
  void LearnNothing() noexcept { Recall(); }

  /// Learns that the last response should have been `intended`, D. `label_direction`, D: what tells
  /// how redundant the label is. `power`, > 0: usual |intended|^2, (m/s)^2.
  void Learn(const Eigen::VectorXd& intended, const Eigen::VectorXd& label_direction,
             double power) noexcept;

  /// A trial begins: outputs forget, scores settle the mixture.
  void OnTrialStart() noexcept;

  /// The member with the longest memory that sees all features: its weights, F x D, and what it says
  /// to the last features, D, until it learns. What the network learns for.
  const Eigen::MatrixXd& slow_weights() const { return members_.front().weights; }
  const Eigen::VectorXd& SlowOutput() noexcept;

  /// Shares m of the members, those on all features first, those with gain fields last, each kind from
  /// long to short memory.
  const Eigen::VectorXd& shares() const { return shares_; }

  void CopyWeightsFrom(const ReadoutMixture& other) noexcept;
  void ForgetEvidence() noexcept;
  bool IsHealthy() const noexcept;
  /// Euclidean norm of the members' weights.
  double weight_norm() const noexcept;
  /// Fields of the state; see StateVisitor.
  void VisitState(StateVisitor& visitor);

 private:
  struct Member {
    Eigen::Index first;  // of its features among all
    bool has_gain_fields;
    std::uint64_t period;   // takes one of so many labelled bins
    std::uint64_t turn;     // which of them
    std::uint64_t waiting;  // learns from so many at once
    std::uint64_t offset;   // members that do so at different times
    RecursiveLeastSquares rls;
    Eigen::MatrixXd weights;        // features x D
    Eigen::MatrixXd trial_weights;  // those that the trial began with
    Eigen::VectorXd trial_output;   // D, what these say to the last features
    void VisitState(StateVisitor& visitor);
  };
  /// y = V' [ybar; slow].
  struct Combination {
    Eigen::MatrixXd weights;  // V, 2 D x D
    Eigen::VectorXd inputs;   // 2 D
    Eigen::VectorXd output;   // D
    void Respond(const Eigen::VectorXd& mean, double keep) noexcept;
    void VisitState(StateVisitor& visitor);
  };

  /// output <- weights' features.
  void Multiply(const Eigen::MatrixXd& weights, Eigen::Ref<const Eigen::VectorXd> features,
                Eigen::VectorXd* output) const noexcept;
  /// What the weights that the trial began with make of the bin. Off the command's path.
  void Recall() noexcept;
  /// The part of learning, if any, that a member does in this labelled bin. Returns whether its weights
  /// have changed.
  bool LearnInTurn(Member* member, const Eigen::VectorXd& intended, double evidence) noexcept;
  /// Brings the mean weights up to date.
  void MixWeights() noexcept;
  /// Evidence in the label, 0 to 1.
  double Evidence(const Eigen::VectorXd& label_direction) noexcept;
  void TakeTrialWeights() noexcept;
  void SettleShares() noexcept;
  auto FeaturesOf(const Member& member) const {
    return phi_.segment(member.first, member.weights.rows());
  }
  /// Whether a member has a say: gain fields have none while posture is unknown.
  bool IsHeard(const Member& member) const { return !member.has_gain_fields || knows_posture_; }

  ReadoutMixtureParams params_;
  kernels::Kernels kernels_;
  double bin_width_s_;
  double output_keep_;
  std::vector<Member> members_;
  std::uint64_t spread_ = 1;       // labelled bins that a member takes to learn from one
  Eigen::VectorXd errors_;         // E, one for each member; negative: none yet
  Eigen::VectorXd shares_;         // m
  Eigen::MatrixXd mean_weights_;   // sum_i m_i w_i, for all of phi_, x D
  Combination combination_;        // of what is put out
  Combination trial_combination_;  // of what the weights that the trial began with say
  RecursiveLeastSquares combination_rls_;

  Eigen::Index num_features_, num_direct_;  // F, F_in
  bool knows_posture_ = false;
  std::uint64_t num_learned_ = 0;  // labelled bins
  Eigen::VectorXd gains_;          // g, D
  Eigen::VectorXd phi_;            // [phi; g_1 x; ...; g_D x]
  Eigen::VectorXd mean_;           // ybar, D
  Eigen::VectorXd error_;          // D
  Eigen::VectorXd slow_output_;    // D
  Eigen::VectorXd last_label_;     // D
  double num_alike_ = 0.0;         // n
  double trial_s_ = 0.0;           // labelled time since the weights of the trial were taken
};

}  // namespace efferent

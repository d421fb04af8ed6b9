#include "clients/subject/suitable_settings.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace efferent::subject {
namespace {

/// A share that is kept over 10 ms, as a share that is kept over one bin.
double KeptPerBin(double kept_per_10_ms, TimeNs bin_width_ns) {
  return std::pow(kept_per_10_ms, static_cast<double>(bin_width_ns) / 1e7);
}

struct Chooser {
  bool filters_velocity;
  TimeNs bin_width_ns;

  /// For a decoder that adds up what it decodes: it smooths already, and a filter that comes on top is
  /// only late (snn with its output filter of 0.1 s: 46 neurons 0.842 s, without 0.825 s; 100 ms late
  /// 0.922 and 0.853 s). The network may learn faster than from a recording, for a frozen test is what
  /// counts (60 % lost: learning rate 2e-4 0.836 s, 5e-4 0.830 s); but with a label that is ahead of what
  /// the neurons say, it then learns to guess (100 ms late: 5e-4 0.853 s, 1e-4 0.839 s). In bins of 10 ms most
  /// of the error is the noise of single spikes, so members of a mixture that know better hardly stand
  /// out, least of all if the user sees late (6 runs: three places in space, temperature 0.1 0.994 s,
  /// 0.05 0.986 s; 150 ms late after a loss 0.873 s, 0.868 s; half of it again is too much, 90 % lost then
  /// fails in 14 % of the trials).
  std::vector<DecoderSetting> OfAnIntegrator(double leak_per_10_ms, double tau_s, bool late) const {
    return {{"output_leak", KeptPerBin(leak_per_10_ms, bin_width_ns)},
            {"tau_out_s", tau_s},
            {"output_filter_tau_s", 0.0},
            {"learning_rate", late ? 1e-4 : 5e-4},
            {"mixture_temperature", late ? 0.05 : 0.1}};
  }

  /// In sessions of a minute or two a batch of 30 s may not end in time (refit_kalman, seen 200 ms late:
  /// 1.012 s, with 3 s 0.950 s).
  static std::vector<DecoderSetting> ForAVelocityFilter() { return {{"batch_length_s", 3.0}}; }

  SuitableSettings operator()(const OpsParams& user) const {
    // The neurons say v* - v; a velocity filter that takes that for v* settles at a share of it, which
    // is enough. Filtered features are something more like velocity, and the label is nearly v*: told of
    // v + k (v* - v), which is nearly v, it finds hardly any tuning. 46 neurons, 6 to 8 runs, kalman and
    // stabilized_kalman: 100 % of the targets (0.880 s, 0.898 s); told of v* itself 91 % and 100 %, and
    // with features as they are 66 % and 98 %. Seen late it must brake (100 ms: 22 % and 93 % of the
    // targets without slowing down, 100 % and 99 % with); seen at once that costs 0.02 to 0.1 s.
    const bool late = user.visual_delay_ns > 0;
    if (filters_velocity) {
      return {{user.max_speed_m_s, late ? 0.05 : 0.0, 0.8}, ForAVelocityFilter(), 0.1};
    }
    // The neurons say a change of velocity, so the decoder adds up what it decodes. With the
    // simulated arm (16 runs, learn 50 trials, score 50 frozen), mean time to the target: leak of 0.97
    // 0.820 s, 0.98 0.815 s, 0.99 0.809 s; without any leak trials begin to fail. A user who sees late
    // overshoots: then the arm must slow down by itself, the more the later, and nothing may be
    // filtered. In-process (8 runs of 30, rls): 100 ms late 0.830 s with 0.97, 0.893 s with 0.95;
    // 150 ms late 1.07 s with 0.97, 0.856 s with 0.95.
    const double leak = late ? 1.0 - 0.3 * subject::Seconds(user.visual_delay_ns) : 0.99;
    return {{user.max_speed_m_s, 0.05 /* 2 r */, OpsUser::Response(user, bin_width_ns)},
            OfAnIntegrator(leak, late ? 0.001 : 0.05, late),
            0.0};
  }

  SuitableSettings operator()(const DelayedUserParams& user) const {
    // Told of more speed than such a user needs, every decoder is faster, up to what the arm can do;
    // 0.6 m/s was hardly better, and a dead brain drifts onto more targets.
    const double limit_m_s = user.plant.full_speed_m_s;
    const double speed_m_s = 1.2 * limit_m_s;
    if (filters_velocity) {
      // It must brake by itself, from further away than the user does (seen 200 ms late, 6 runs, kalman:
      // 0.05 m 0.971 s, 0.1 m 0.932 s, 0.15 m 0.934 s), and not be smoothed on top (0.05 s: 96 %).
      return {{speed_m_s, 2.0 * user.full_effort_distance_m, 1.0},
              ForAVelocityFilter(),
              0.0,
              limit_m_s};
    }
    // A user who sees late is not helped by a filter that comes on top.
    const double tau_s = user.visual_delay_ns > 0 ? 0.02 : 0.05;
    const double alpha = KeptVelocity(user.plant, bin_width_ns);
    return {{speed_m_s, user.full_effort_distance_m,
             std::min(1.0, (1.0 - alpha) * (1.0 + user.damping))},
            OfAnIntegrator(0.8, tau_s, user.visual_delay_ns > 0),
            0.0,
            limit_m_s};
  }
};

}  // namespace

SuitableSettings SuitableFor(const UserParams& user, std::string_view decoder,
                             TimeNs bin_width_ns) {
  return std::visit(Chooser{decoder.ends_with("kalman"), bin_width_ns}, user);
}

}  // namespace efferent::subject

#include "clients/subject/brain_params.h"

namespace efferent::subject {
namespace {

struct UserMaker {
  TimeNs bin_width_ns;

  std::unique_ptr<User> operator()(const OpsParams& params) const {
    return std::make_unique<OpsUser>(params);
  }
  std::unique_ptr<User> operator()(const DelayedUserParams& params) const {
    return std::make_unique<DelayedUser>(params, bin_width_ns);
  }
};

struct TuningMaker {
  const Population& population;
  std::uint64_t seed;

  std::unique_ptr<Tuning> operator()(const RectifiedTuningParams& params) const {
    return std::make_unique<RectifiedTuning>(population, params, seed);
  }
  std::unique_ptr<Tuning> operator()(const ExponentialTuningParams& params) const {
    return std::make_unique<ExponentialTuning>(population, params);
  }
};

}  // namespace

Brain MakeBrain(const BrainParams& params, const Population& population, TimeNs bin_width_ns,
                std::uint64_t seed) {
  const auto statistics = std::holds_alternative<RectifiedTuningParams>(params.tuning)
                              ? SpikeStatistics::kBernoulli
                              : SpikeStatistics::kPoisson;
  return Brain(std::visit(UserMaker{bin_width_ns}, params.user),
               std::visit(TuningMaker{population, seed}, params.tuning),
               PerturbationSchedule(params.perturbations, population, seed),
               SpikeSampler(statistics, bin_width_ns, seed));
}

}  // namespace efferent::subject

#include "clients/subject/perturbation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "clients/subject/random_stream.h"

namespace efferent::subject {
namespace {

constexpr std::array<std::pair<std::string_view, PerturbationKind>, 4> kKinds{
    {{"loss", PerturbationKind::kLoss},
     {"shift", PerturbationKind::kShift},
     {"drift", PerturbationKind::kDrift},
     {"silence", PerturbationKind::kSilence}}};

int NumDimensions(const Population& population) {
  const auto off_plane = [](const Neuron& n) { return n.preferred_direction.z() != 0.0; };
  return std::any_of(population.begin(), population.end(), off_plane) ? 3 : 2;
}

}  // namespace

Perturbation ParsePerturbation(std::string_view text) {
  const auto fail = [text](const std::string& why) {
    throw std::invalid_argument("perturbation `" + std::string(text) + "` " + why +
                                ", must be like relearning:loss=0.6");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) fail("names no phase");
  const std::string_view what = text.substr(colon + 1);
  const std::size_t equals = what.find('=');
  if (equals == std::string_view::npos) fail("has no share");
  const std::string_view name = what.substr(0, equals);
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [name](const auto& known) { return known.first == name; });
  if (kind == kKinds.end()) fail("is not of kind loss, shift, drift or silence");
  const std::string_view number = what.substr(equals + 1);
  Perturbation result{std::string(text.substr(0, colon)), kind->second, 0.0};
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), result.share);
  if (error != std::errc() || end != number.data() + number.size()) fail("has no number as share");
  if (!(result.share >= 0.0 && result.share <= 1.0)) fail("has a share outside [0, 1]");
  return result;
}

PerturbationSchedule::PerturbationSchedule(std::vector<Perturbation> perturbations,
                                           Population population, std::uint64_t seed)
    : original_(std::move(population)),
      order_(original_.size()),
      lost_(original_.size(), false),
      population_(original_),
      silent_(original_.size(), false) {
  for (Perturbation& p : perturbations) {
    if (!(p.share >= 0.0 && p.share <= 1.0)) {
      throw std::invalid_argument("perturbation of phase " + p.phase + ": share must be in [0, 1]");
    }
    (p.kind == PerturbationKind::kSilence ? silences_ : pending_).push_back(std::move(p));
  }
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::mt19937_64 random = MakeRandomStream(seed, RandomUse::kPerturbation);
  std::shuffle(order_.begin(), order_.end(), random);
  random = MakeRandomStream(seed, RandomUse::kShift);
  const int num_dimensions = NumDimensions(original_);
  for (std::size_t i = 0; i < original_.size(); ++i) {
    redrawn_.push_back(DrawDirection(num_dimensions, &random));
  }
}

bool PerturbationSchedule::OnTrialStart(std::string_view condition) {
  bool changed = !drifts_.empty();
  for (Drift& drift : drifts_) ++drift.num_trials;
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (it->phase == condition) {
      Apply(*it);
      changed = true;
      it = pending_.erase(it);
    } else {
      ++it;
    }
  }
  phase_ = condition;
  UpdateRates();
  const std::vector<bool> silent_before = silent_;
  UpdateSilent();
  return changed || silent_ != silent_before;
}

std::size_t PerturbationSchedule::NumHit(double share) const {
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(order_.size())));
}

void PerturbationSchedule::Apply(const Perturbation& perturbation) {
  const std::size_t num_hit = NumHit(perturbation.share);
  switch (perturbation.kind) {
    case PerturbationKind::kLoss:
      for (std::size_t i = 0; i < num_hit; ++i) lost_[order_[i]] = true;
      break;
    case PerturbationKind::kShift:
      for (std::size_t i = 0; i < num_hit; ++i) {
        population_[order_[i]].preferred_direction = redrawn_[order_[i]];
      }
      break;
    case PerturbationKind::kDrift:
      drifts_.push_back({num_hit, 1});
      break;
    case PerturbationKind::kSilence:
      break;  // See UpdateSilent.
  }
}

void PerturbationSchedule::UpdateRates() {
  if (drifts_.empty()) return;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    double share = 1.0;
    for (const Drift& drift : drifts_) {
      if (i >= drift.num_hit) continue;
      share *= 1.0 - (1.0 - kDriftedRate) * std::min(drift.num_trials, kDriftTrials) / kDriftTrials;
    }
    const std::size_t neuron = order_[i];
    population_[neuron].min_rate_hz = share * original_[neuron].min_rate_hz;
    population_[neuron].max_rate_hz = share * original_[neuron].max_rate_hz;
  }
}

void PerturbationSchedule::UpdateSilent() {
  silent_ = lost_;
  for (const Perturbation& silence : silences_) {
    if (silence.phase != phase_) continue;
    for (std::size_t i = 0; i < NumHit(silence.share); ++i) silent_[order_[i]] = true;
  }
}

std::size_t PerturbationSchedule::num_silent() const {
  return static_cast<std::size_t>(std::count(silent_.begin(), silent_.end(), true));
}

}  // namespace efferent::subject

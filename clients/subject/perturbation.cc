#include "clients/subject/perturbation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "clients/subject/random_stream.h"

namespace efferent::subject {

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
  if (what.substr(0, equals) != "loss") fail("is not of kind loss");
  const std::string_view number = what.substr(equals + 1);
  Perturbation result{std::string(text.substr(0, colon)), PerturbationKind::kLoss, 0.0};
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), result.share);
  if (error != std::errc() || end != number.data() + number.size()) fail("has no number as share");
  if (!(result.share >= 0.0 && result.share <= 1.0)) fail("has a share outside [0, 1]");
  return result;
}

PerturbationSchedule::PerturbationSchedule(std::vector<Perturbation> perturbations,
                                           std::size_t num_neurons, std::uint64_t seed)
    : pending_(std::move(perturbations)), order_(num_neurons), silent_(num_neurons, false) {
  for (const Perturbation& p : pending_) {
    if (!(p.share >= 0.0 && p.share <= 1.0)) {
      throw std::invalid_argument("perturbation of phase " + p.phase + ": share must be in [0, 1]");
    }
  }
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::mt19937_64 random = MakeRandomStream(seed, RandomUse::kPerturbation);
  std::shuffle(order_.begin(), order_.end(), random);
}

bool PerturbationSchedule::OnTrialStart(std::string_view condition) {
  bool changed = false;
  for (auto it = pending_.begin(); it != pending_.end();) {
    if (it->phase == condition) {
      changed = Apply(*it) || changed;
      it = pending_.erase(it);
    } else {
      ++it;
    }
  }
  return changed;
}

bool PerturbationSchedule::Apply(const Perturbation& perturbation) {
  const auto hit = static_cast<std::size_t>(
      std::lround(perturbation.share * static_cast<double>(order_.size())));
  const std::size_t before = num_silent();
  for (std::size_t i = 0; i < hit; ++i) silent_[order_[i]] = true;
  return num_silent() != before;
}

std::size_t PerturbationSchedule::num_silent() const {
  return static_cast<std::size_t>(std::count(silent_.begin(), silent_.end(), true));
}

}  // namespace efferent::subject

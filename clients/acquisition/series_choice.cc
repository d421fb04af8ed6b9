#include "clients/acquisition/series_choice.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include "clients/session/errors.h"

namespace efferent {
namespace {

using Words = std::initializer_list<std::string_view>;

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool HasAny(const std::string& lower_text, Words words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return lower_text.find(word) != std::string::npos;
  });
}

bool IsVector(const NwbSeries& series) {
  return series.shape.size() == 2 && (series.shape[1] == 2 || series.shape[1] == 3);
}

// What moves, the likeliest to be decoded first.
constexpr std::string_view kEffectors[] = {"cursor", "hand", "finger", "wrist", "arm"};

// Place of the name's effector in that list; behind the last if it names none.
int EffectorRank(const std::string& lower_name) {
  int rank = 0;
  for (const std::string_view effector : kEffectors) {
    if (lower_name.find(effector) != std::string::npos) return rank;
    ++rank;
  }
  return rank;
}

// The first of those with the smallest rank; a negative rank is out of the question.
template <class Rank>
const NwbSeries* Best(const std::vector<NwbSeries>& all, Rank rank_of) {
  const NwbSeries* best = nullptr;
  int best_rank = 0;
  for (const NwbSeries& series : all) {
    const int rank = rank_of(series, Lower(series.name));
    if (rank < 0 || (best != nullptr && rank >= best_rank)) continue;
    best = &series;
    best_rank = rank;
  }
  return best;
}

}  // namespace

std::string DescribeSeries(const std::vector<const NwbSeries*>& series) {
  std::string text;
  for (const NwbSeries* each : series) {
    text += fmt::format("{}{} [{}]", text.empty() ? "" : ", ", each->path,
                        fmt::join(each->shape, " x "));
  }
  return text.empty() ? "nothing" : text;
}

const NwbSeries& NamedSeries(const std::vector<NwbSeries>& all, const std::string& wanted,
                             std::string_view what) {
  std::vector<const NwbSeries*> matching;
  std::vector<const NwbSeries*> every;
  for (const NwbSeries& series : all) {
    every.push_back(&series);
    if (series.name == wanted || series.path == wanted) matching.push_back(&series);
  }
  if (matching.empty()) {
    throw InputError(fmt::format("--{} {}: the file has no such series; it has {}", what, wanted,
                                 DescribeSeries(every)));
  }
  if (matching.size() > 1) {
    throw InputError(fmt::format("--{} {}: several series have that name; give the whole path: {}",
                                 what, wanted, DescribeSeries(matching)));
  }
  return *matching.front();
}

std::vector<const NwbSeries*> CountCandidates(const std::vector<NwbSeries>& all) {
  std::vector<const NwbSeries*> candidates;
  for (const NwbSeries& series : all) {
    if (series.neurodata_type != "TimeSeries" || series.shape.size() != 2) continue;
    if (HasAny(Lower(series.unit), {"count"}) ||
        HasAny(Lower(series.name), {"count", "spike", "crossing"})) {
      candidates.push_back(&series);
    }
  }
  return candidates;
}

const NwbSeries* GuessPosition(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    if (!IsVector(series)) return -1;
    if (HasAny(name, {"target", "goal", "eye", "gaze", "pupil", "vel", "acc", "force"})) return -1;
    const bool is_position = HasAny(name, {"pos"});
    if (!is_position && series.neurodata_type != "SpatialSeries") return -1;
    return EffectorRank(name);
  });
}

const NwbSeries* GuessVelocity(const std::vector<NwbSeries>& all, const NwbSeries* position) {
  const int wanted = position == nullptr ? 0 : EffectorRank(Lower(position->name));
  return Best(all, [&](const NwbSeries& series, const std::string& name) {
    if (!IsVector(series) || !HasAny(name, {"vel"})) return -1;
    if (HasAny(name, {"target", "goal", "eye", "gaze", "decode", "recorded"})) return -1;
    // A hand's velocity is no label for a cursor's position.
    const int rank = EffectorRank(name);
    if (position != nullptr && rank != wanted) return -1;
    return rank;
  });
}

const NwbSeries* GuessTarget(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    if (!IsVector(series) || HasAny(name, {"vel", "acc", "radius", "size"})) return -1;
    if (!HasAny(name, {"target", "goal"})) return -1;
    return HasAny(name, {"pos"}) ? 0 : 1;
  });
}

const NwbSeries* GuessTargetRadius(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    return series.num_columns() == 1 && name == "target_radius" ? 0 : -1;
  });
}

const NwbSeries* GuessEngaged(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    if (series.num_columns() != 1) return -1;
    return HasAny(name, {"released", "engaged", "brain_control", "bci_control"}) ? 0 : -1;
  });
}

const NwbSeries* GuessRecordedVelocity(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    return IsVector(series) && name == "recorded_decoder_velocity" ? 0 : -1;
  });
}

}  // namespace efferent

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
  return series.num_columns() >= 1 && series.num_columns() <= kMaxRecordedDimensions;
}

bool GoesWith(const NwbSeries& series, const NwbSeries* position) {
  return IsVector(series) &&
         (position == nullptr || series.num_columns() == position->num_columns());
}

// The plane and space before a line, and that before what may be joints.
int ShapeRank(const NwbSeries& series) {
  if (series.num_columns() == 2 || series.num_columns() == 3) return 0;
  return series.num_columns() == 1 ? 1 : 2;
}
constexpr int kNumShapeRanks = 3;

// Why a series is no position, or nothing if it may be one.
std::string WhyNoPosition(const NwbSeries& series, const std::string& lower_name) {
  if (!IsVector(series)) {
    return fmt::format("must be [samples x 1 to {} dimensions]", kMaxRecordedDimensions);
  }
  for (const std::string_view word :
       {"target", "goal", "eye", "gaze", "pupil", "vel", "acc", "force"}) {
    if (HasAny(lower_name, {word})) return fmt::format("its name speaks of `{}`", word);
  }
  if (!HasAny(lower_name, {"pos"}) && series.neurodata_type != "SpatialSeries") {
    return "neither a SpatialSeries nor with `pos` or `vel` in its name";
  }
  return "";
}

std::string WhyNoVelocity(const NwbSeries& series, const std::string& lower_name) {
  if (!HasAny(lower_name, {"vel"})) return WhyNoPosition(series, lower_name);
  for (const std::string_view word : {"target", "goal", "eye", "gaze", "decode", "recorded"}) {
    if (HasAny(lower_name, {word})) return fmt::format("its name speaks of `{}`", word);
  }
  return IsVector(series) ? "" : WhyNoPosition(series, lower_name);
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

CountKind KindOfCounts(const NwbSeries& series) {
  if (series.neurodata_type != "TimeSeries" || series.shape.size() != 2) return CountKind::kNone;
  const std::string name = Lower(series.name);
  if (HasAny(name, {"spike", "crossing"})) return CountKind::kSpikes;
  const bool counts = HasAny(name, {"count"}) || HasAny(Lower(series.unit), {"count"});
  return counts ? CountKind::kCounts : CountKind::kNone;
}

const NwbSeries* GuessPosition(const std::vector<NwbSeries>& all) {
  return Best(all, [](const NwbSeries& series, const std::string& name) {
    if (!WhyNoPosition(series, name).empty()) return -1;
    return EffectorRank(name) * kNumShapeRanks + ShapeRank(series);
  });
}

const NwbSeries* GuessVelocity(const std::vector<NwbSeries>& all, const NwbSeries* position) {
  const int wanted = position == nullptr ? 0 : EffectorRank(Lower(position->name));
  return Best(all, [&](const NwbSeries& series, const std::string& name) {
    if (!HasAny(name, {"vel"}) || !WhyNoVelocity(series, name).empty()) return -1;
    if (!GoesWith(series, position)) return -1;
    // A hand's velocity is no label for a cursor's position.
    const int rank = EffectorRank(name);
    if (position != nullptr && rank != wanted) return -1;
    return rank * kNumShapeRanks + ShapeRank(series);
  });
}

const NwbSeries* GuessTarget(const std::vector<NwbSeries>& all, const NwbSeries* position) {
  return Best(all, [&](const NwbSeries& series, const std::string& name) {
    if (!GoesWith(series, position) || HasAny(name, {"vel", "acc", "radius", "size"})) return -1;
    if (!HasAny(name, {"target", "goal"})) return -1;
    const bool is_position = HasAny(name, {"pos"});
    // A single number may be a target's index as well.
    if (series.num_columns() == 1 && !is_position) return -1;
    return is_position ? 0 : 1;
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

const NwbSeries* GuessRecordedVelocity(const std::vector<NwbSeries>& all,
                                       const NwbSeries* position) {
  return Best(all, [&](const NwbSeries& series, const std::string& name) {
    return GoesWith(series, position) && name == "recorded_decoder_velocity" ? 0 : -1;
  });
}

std::string WhyNoKinematics(const std::vector<NwbSeries>& all) {
  constexpr std::size_t kMostShown = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kMostShown); ++i) {
    text += fmt::format("{}{} [{}]: {}", i == 0 ? "" : "; ", all[i].path,
                        fmt::join(all[i].shape, " x "), WhyNoVelocity(all[i], Lower(all[i].name)));
  }
  if (all.size() > kMostShown) text += fmt::format("; and {} more", all.size() - kMostShown);
  return text.empty() ? "the file has no series at all" : text;
}

}  // namespace efferent

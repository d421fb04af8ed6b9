#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "server/loop/latency_histogram.h"

namespace efferent {

/// A stage of the way of a chunk through the server; the contract's LatencyStage, in its order.
enum class Stage {
  kRead,     ///< From the message to checked plain values, a chunk.
  kDecode,   ///< From spikes to command, a bin.
  kRespond,  ///< From a chunk's arrival until its reply was handed to the transport.
  kLearn,    ///< Learning, shadows too, a bin.
};

inline constexpr std::array kStages = {Stage::kRead, Stage::kDecode, Stage::kRespond,
                                       Stage::kLearn};

/// `read`, `decode`, `respond` or `learn`.
constexpr const char* StageName(Stage stage) {
  constexpr std::array kNames = {"read", "decode", "respond", "learn"};
  return kNames[static_cast<std::size_t>(stage)];
}

/// How long each stage of a session takes, since its creation. Thread-safe as LatencyHistogram is.
class StageLatencies {
 public:
  /// Counts one passage through a stage, nanoseconds. Real-time safe.
  void Record(Stage stage, std::int64_t ns) noexcept {
    histograms_[static_cast<std::size_t>(stage)].Record(ns);
  }
  LatencyDistribution Read(Stage stage) const {
    return histograms_[static_cast<std::size_t>(stage)].Read();
  }

 private:
  std::array<LatencyHistogram, kStages.size()> histograms_;
};

}  // namespace efferent

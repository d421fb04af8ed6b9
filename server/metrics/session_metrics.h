#pragma once

#include <prometheus/collectable.h>

#include <vector>

#include "server/session/session_registry.h"

namespace efferent {

/// How every session is going, as Prometheus reads it: made when it is asked for, from what
/// Session::Describe says, and from the histograms of its stages. Every sample has the labels
/// `session`, `subject` and `decoder`. Scraping takes no lock that is held across a step.
class SessionMetrics final : public prometheus::Collectable {
 public:
  /// `sessions` must outlive it.
  explicit SessionMetrics(const SessionRegistry* sessions) : sessions_(sessions) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const SessionRegistry* sessions_;
};

}  // namespace efferent

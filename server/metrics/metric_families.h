#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "server/loop/latency_histogram.h"

namespace efferent {

using MetricLabels = std::vector<prometheus::ClientMetric::Label>;

/// An empty family.
prometheus::MetricFamily MakeFamily(prometheus::MetricType type, std::string name,
                                    std::string help);

/// Adds a sample to a family of counters or gauges.
void AddSample(const MetricLabels& labels, double value, prometheus::MetricFamily* family);

/// Adds a distribution to a family of histograms, in seconds. Buckets are octaves, 1 us (2^10 ns) to
/// 1.07 s (2^30 ns): eight of the distribution's own in each, so that a page stays short.
void AddHistogram(const MetricLabels& labels, const LatencyDistribution& distribution,
                  prometheus::MetricFamily* family);

/// The labels, and one more.
MetricLabels With(MetricLabels labels, std::string name, std::string value);

}  // namespace efferent

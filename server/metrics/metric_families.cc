#include "server/metrics/metric_families.h"

#include <utility>

namespace efferent {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

namespace {

constexpr int kFirstBits = 10;
constexpr int kLastBits = 30;
constexpr double kNsPerS = 1e9;

}  // namespace

MetricFamily MakeFamily(MetricType type, std::string name, std::string help) {
  MetricFamily family;
  family.type = type;
  family.name = std::move(name);
  family.help = std::move(help);
  return family;
}

void AddSample(const MetricLabels& labels, double value, MetricFamily* family) {
  ClientMetric& sample = family->metric.emplace_back();
  sample.label = labels;
  if (family->type == MetricType::Counter) {
    sample.counter.value = value;
  } else {
    sample.gauge.value = value;
  }
}

void AddHistogram(const MetricLabels& labels, const LatencyDistribution& distribution,
                  MetricFamily* family) {
  ClientMetric& sample = family->metric.emplace_back();
  sample.label = labels;
  ClientMetric::Histogram& histogram = sample.histogram;
  histogram.sample_count = distribution.count;
  histogram.sample_sum = static_cast<double>(distribution.sum_ns) / kNsPerS;
  std::size_t bucket = 0;
  std::uint64_t below = 0;
  for (int bits = kFirstBits; bits <= kLastBits; ++bits) {
    const std::size_t end = LatencyDistribution::BucketOf(std::uint64_t{1} << bits);
    while (bucket < end) below += distribution.counts[bucket++];
    histogram.bucket.push_back({below, static_cast<double>(std::uint64_t{1} << bits) / kNsPerS});
  }
}

MetricLabels With(MetricLabels labels, std::string name, std::string value) {
  labels.push_back({std::move(name), std::move(value)});
  return labels;
}

}  // namespace efferent

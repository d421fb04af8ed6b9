#include "clients/load/reach_loop.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>

#include "clients/subject/population.h"
#include "clients/subject/rectified_tuning.h"
#include "clients/subject/spike_sampler.h"

namespace efferent::load {
namespace {

using subject::Vec3;

constexpr int kNumTargets = 8;
constexpr double kReachS = 0.5;
// The arm stops short of the target: on it some rules teach nothing.
constexpr double kTargetDistanceM = 0.08, kTargetRadiusM = 0.01, kReachM = 0.06;
// Bounds the memory of a loop to some megabytes.
constexpr double kMaxSpikes = 500'000.0;

// The same for each target: as long as a reach takes, or shorter, if that would be too many spikes.
int BinsPerReach(const ReachLoopParams& params) {
  const double width_s = subject::Seconds(params.bin_width_ns);
  const double spikes_per_bin = kMeanRateHz * params.rate_factor * width_s * params.num_channels;
  const double bins = std::min(kReachS / width_s, kMaxSpikes / kNumTargets / spikes_per_bin);
  return std::max(1, static_cast<int>(bins));
}

void WriteVector(const Vec3& from, google::protobuf::RepeatedField<double>* to) {
  to->Clear();
  to->Add(from.x());
  to->Add(from.y());
}

}  // namespace

ReachLoop::ReachLoop(const ReachLoopParams& params) : params_(params) {
  if (!(params.rate_factor > 0.0)) {
    throw std::invalid_argument("rate_factor is " + std::to_string(params.rate_factor) +
                                ", must be above 0");
  }
  subject::RectifiedTuning tuning(subject::DrawPopulation(params.num_channels, params.seed), {},
                                  params.seed);
  subject::SpikeSampler sampler(subject::SpikeStatistics::kPoisson, params.bin_width_ns,
                                params.seed);
  const std::vector<bool> silent(static_cast<std::size_t>(params.num_channels), false);
  const int bins_per_reach = BinsPerReach(params);
  for (int reach = 0; reach < kNumTargets; ++reach) {
    const double angle = 2.0 * std::numbers::pi * reach / kNumTargets;
    const Vec3 direction(std::cos(angle), std::sin(angle), 0.0);
    std::vector<double> rates = tuning.Rates(direction, Vec3::Zero());
    for (double& rate : rates) rate *= params.rate_factor;
    for (int k = 0; k < bins_per_reach; ++k) {
      Bin bin;
      for (const subject::SpikeEvent& spike : sampler.Draw(0, rates, silent)) {
        bin.channels.push_back(spike.channel);
        bin.offsets_ns.push_back(spike.time_ns);
      }
      bin.position_m = direction * (kReachM * k / bins_per_reach);
      bin.velocity_m_s = direction * (kReachM / kReachS);
      bin.target_m = direction * kTargetDistanceM;
      bins_.push_back(std::move(bin));
    }
  }
}

void ReachLoop::WriteChunk(std::int64_t bin, v1::AcquisitionChunk* chunk) const {
  const Bin& from = At(bin);
  const TimeNs start_ns = bin * params_.bin_width_ns;
  chunk->set_sequence_number(static_cast<std::uint64_t>(bin) + 1);
  chunk->set_complete_until_ns(start_ns + params_.bin_width_ns);
  v1::SpikeEvents* events = chunk->mutable_spike_events();
  events->mutable_channel()->Assign(from.channels.begin(), from.channels.end());
  events->mutable_time_ns()->Resize(static_cast<int>(from.offsets_ns.size()), 0);
  std::transform(from.offsets_ns.begin(), from.offsets_ns.end(), events->mutable_time_ns()->begin(),
                 [start_ns](TimeNs offset_ns) { return start_ns + offset_ns; });
}

void ReachLoop::WriteCounts(std::int64_t bin, v1::AcquisitionChunk* chunk) const {
  const TimeNs start_ns = bin * params_.bin_width_ns;
  chunk->set_sequence_number(static_cast<std::uint64_t>(bin) + 1);
  chunk->set_complete_until_ns(start_ns + params_.bin_width_ns);
  v1::SpikeCounts* counts = chunk->mutable_spike_counts();
  counts->set_start_time_ns(start_ns);
  counts->set_bin_width_ns(params_.bin_width_ns);
  counts->mutable_counts()->Clear();
  counts->mutable_counts()->Resize(params_.num_channels, 0.0f);
  for (const std::uint32_t channel : At(bin).channels) {
    counts->mutable_counts()->at(static_cast<int>(channel)) += 1.0f;
  }
}

void ReachLoop::WriteState(std::int64_t bin, v1::ArmState* state) const {
  state->set_time_ns(bin * params_.bin_width_ns);
  WriteVector(At(bin).position_m, state->mutable_position_m());
  WriteVector(At(bin).velocity_m_s, state->mutable_velocity_m_s());
  state->set_engaged(true);
}

void ReachLoop::WriteBehavior(std::int64_t bin, v1::BehaviorSample* sample) const {
  WriteState(bin, sample->mutable_arm_state());
  WriteVector(At(bin).target_m, sample->mutable_target()->mutable_position_m());
  sample->mutable_target()->set_radius_m(kTargetRadiusM);
}

void ReachLoop::WriteUpdate(std::int64_t bin, v1::ArmUpdate* update) const {
  WriteState(bin, update->mutable_state());
  WriteVector(At(bin).target_m, update->mutable_target()->mutable_position_m());
  update->mutable_target()->set_radius_m(kTargetRadiusM);
}

}  // namespace efferent::load

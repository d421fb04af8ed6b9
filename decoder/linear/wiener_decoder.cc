#include "decoder/linear/wiener_decoder.h"

#include <algorithm>
#include <cmath>

#include "decoder/exponential_decay.h"
#include "decoder/state_visitor.h"

namespace efferent {
namespace {

constexpr double kSpanS = 0.2;
constexpr int kInputsByDefault = 768;
constexpr int kIterationsPerLabel = 2;

int NumTaps(const WienerParams& params, int num_channels, TimeNs bin_width_ns) {
  if (params.num_taps > 0) return params.num_taps;
  const double bin_width_s = static_cast<double>(bin_width_ns) * 1e-9;
  const int span = static_cast<int>(std::lround(kSpanS / bin_width_s));
  return std::max(1, std::min(span, kInputsByDefault / num_channels));
}

const WienerParams& Checked(const WienerParams& params, int num_channels) {
  std::vector<Violation> violations = CheckBounds(params, "wiener.");
  if (violations.empty() && params.num_taps * num_channels > WienerDecoder::kMaxInputs) {
    violations.push_back(
        {"wiener.num_taps", "is " + std::to_string(params.num_taps) + " with " +
                                std::to_string(num_channels) + " channels, must be at most " +
                                std::to_string(WienerDecoder::kMaxInputs / num_channels) +
                                ", or 0 for as many as suit"});
  }
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return params;
}

}  // namespace

WienerDecoder::WienerDecoder(const WienerParams& params, int num_channels, int num_dimensions,
                             TimeNs bin_width_ns)
    : num_taps_(NumTaps(Checked(params, num_channels), num_channels, bin_width_ns)),
      readout_(num_taps_ * num_channels + 1, num_dimensions, params.output_leak),
      equations_(num_taps_ * num_channels + 1, num_dimensions,
                 KeptWithHalfLife(params.half_life_s, bin_width_ns), params.ridge),
      wanted_(Eigen::VectorXd::Zero(num_dimensions)) {}

TaskVector WienerDecoder::Decode(const Eigen::VectorXf& features) noexcept {
  const Eigen::Index channels = features.size();
  Eigen::VectorXd& phi = readout_.phi();
  for (Eigen::Index tap = num_taps_ - 1; tap > 0; --tap) {
    phi.segment(tap * channels, channels) = phi.segment((tap - 1) * channels, channels);
  }
  phi.head(channels) = features.cast<double>();
  return readout_.Respond();
}

void WienerDecoder::Learn(const std::optional<TaskVector>& intended_velocity_m_s) noexcept {
  if (!intended_velocity_m_s) return;
  const Eigen::VectorXd& error = readout_.Error(*intended_velocity_m_s);
  // What the filter says now, less what it is wrong by.
  for (Eigen::Index d = 0; d < wanted_.size(); ++d) {
    wanted_[d] = readout_.weights().col(d).dot(readout_.phi()) - error[d];
  }
  equations_.Add(readout_.phi(), wanted_);
  equations_.Improve(kIterationsPerLabel, &readout_.weights());
}

void WienerDecoder::CopyWeightsFrom(const Decoder& other) noexcept {
  readout_.weights() = static_cast<const WienerDecoder&>(other).readout_.weights();
}

std::unique_ptr<Decoder> WienerDecoder::Clone() const {
  return std::make_unique<WienerDecoder>(*this);
}

void WienerDecoder::VisitState(StateVisitor& visitor) {
  visitor("readout", readout_);
  visitor("equations", equations_);
}

}  // namespace efferent

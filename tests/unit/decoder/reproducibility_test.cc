#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "decoder/snn/snn_decoder.h"
#include "tests/unit/decoder/checksum.h"
#include "tests/unit/decoder/kernel_choice.h"

/// The same commands and weights, bit for bit, from every kernel and every kind of build (./test
/// runs this in the release and the asan build).
namespace efferent {
namespace {

using test::Checksum;

/// Features and labels that are sums of exact numbers, so that they are the same everywhere; Knuth's
/// generator (MMIX).
class ExactWorld {
 public:
  explicit ExactWorld(int num_channels) : features_(Eigen::VectorXf::Zero(num_channels)) {}

  const Eigen::VectorXf& Next() {
    for (int axis = 0; axis < 2; ++axis)
      velocity_[axis] = 0.875 * velocity_[axis] + 0.0625 * Draw();
    for (Eigen::Index i = 0; i < features_.size(); ++i) {
      const auto drive = static_cast<float>(4.0 * velocity_[i % 2]);
      features_[i] = (i % 3 == 0 ? drive : -drive) + 0.5f * static_cast<float>(Draw());
    }
    return features_;
  }
  const TaskVector& velocity_m_s() const { return velocity_; }
  TaskVector NextPosition() { return {Draw(), Draw(), 0.0}; }

 private:
  double Draw() {  // in [-1, 1), 24 bits
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state_ >> 40) * 0x1.0p-23 - 1.0;
  }
  std::uint64_t state_ = 1;
  TaskVector velocity_;
  Eigen::VectorXf features_;
};

struct Session {
  std::string name;
  SnnParams params;
  TimeNs bin_width_ns;
  bool tells_position;
  std::uint64_t checksum;  ///< Of this code; changes with it, and then says so in the history.
};

void PrintTo(const Session& session, std::ostream* out) { *out << session.name; }

std::vector<Session> Sessions() {
  SnnParams gradient;
  gradient.num_neurons = 37;
  gradient.readout = SnnReadout::kGradient;
  gradient.feedback = SnnFeedback::kRandom;
  gradient.learning_rate = 5e-4;
  return {{"Default45Ms", {}, 45'000'000, false, 408955278029394434u},
          {"Position45Ms", {}, 45'000'000, true, 1216987072412758892u},
          {"Gradient10Ms", gradient, 10'000'000, false, 10884924502782100926u}};
}

std::uint64_t ChecksumOf(const Session& session, const kernels::Kernels& kernels) {
  constexpr int kChannels = 29;
  SnnDecoder decoder(session.params, kChannels, 2, session.bin_width_ns, kernels);
  ExactWorld world(kChannels);
  Checksum checksum;
  for (int k = 0; k < 3000; ++k) {
    if (session.tells_position) decoder.OnPosition(world.NextPosition());
    const TaskVector command = decoder.Decode(world.Next());
    checksum.AddAll(command.head<3>());
    decoder.OnCommand(command);
    // Now and then there is no label, or a trial begins.
    decoder.Learn(k % 7 == 3 ? std::nullopt : std::optional<TaskVector>(world.velocity_m_s()));
    if (k % 200 == 199) decoder.ResetActivity();
  }
  EXPECT_TRUE(decoder.IsHealthy());
  EXPECT_GT(decoder.firing_rate_hz().value(), 1.0) << "a silent network shows nothing";
  checksum.AddAll(decoder.network().weights());
  checksum.AddAll(decoder.readout_weights());
  return checksum.hash();
}

class Reproducibility : public testing::TestWithParam<Session> {};
INSTANTIATE_TEST_SUITE_P(Sessions, Reproducibility, testing::ValuesIn(Sessions()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Reproducibility, CommandsAndWeightsAreTheSameBitsInEveryBuildAndFromEveryKernel) {
  for (const kernels::Kernels& kernels : SupportedKernels()) {
    EXPECT_EQ(ChecksumOf(GetParam(), kernels), GetParam().checksum)
        << (kernels.instructions() == kernels::InstructionSet::kAvx2 ? "AVX2" : "portable");
  }
}

}  // namespace
}  // namespace efferent

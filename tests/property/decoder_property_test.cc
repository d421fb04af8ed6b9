#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <memory>
#include <optional>
#include <string>

#include "decoder/decoder_config.h"

namespace efferent {
namespace {

constexpr int kChannels = 6;

Eigen::VectorXf Features() {
  // Silent, constant and busy bins all occur.
  const int scale = *rc::gen::element(0, 1, 10);
  return Eigen::VectorXf::NullaryExpr(kChannels, [scale] {
    return static_cast<float>(scale * *rc::gen::inRange(-100, 101)) / 100.0f;
  });
}

std::optional<TaskVector> Maybe(int num_dimensions) {
  if (*rc::gen::inRange(0, 4) == 0) return std::nullopt;
  TaskVector vector;
  for (int d = 0; d < num_dimensions; ++d) vector[d] = *rc::gen::inRange(-5, 6) / 10.0;
  return vector;
}

class DecoderProperty : public testing::TestWithParam<DecoderParams> {};
INSTANTIATE_TEST_SUITE_P(All, DecoderProperty, testing::ValuesIn(AllDecoders()),
                         [](const auto& test) { return std::string(DecoderName(test.param)); });

// Whatever finite bins, labels, positions and trials come in whatever order: what a decoder says and
// knows stays finite, dimensions that the session lacks stay at 0, and its clone says the same to the
// last bit.
TEST_P(DecoderProperty, StaysFiniteAndAClonedDecoderGoesTheSameWay) {
  EXPECT_TRUE(rc::check([] {
    const int dimensions = *rc::gen::inRange(1, kMaxDimensions + 1);
    const std::unique_ptr<Decoder> decoder =
        MakeDecoder(GetParam(), {kChannels, dimensions, 100'000'000});
    const int bins_before = *rc::gen::inRange(0, 120);
    const int bins_after = *rc::gen::inRange(1, 30);
    std::unique_ptr<Decoder> clone;
    for (int bin = 0; bin < bins_before + bins_after; ++bin) {
      if (bin == bins_before) clone = decoder->Clone();
      const Eigen::VectorXf features = Features();
      const std::optional<TaskVector> position = Maybe(dimensions), label = Maybe(dimensions);
      const bool new_trial = *rc::gen::inRange(0, 20) == 0;
      std::optional<TaskVector> said;
      for (Decoder* d : {decoder.get(), clone.get()}) {
        if (!d) continue;
        if (new_trial) d->ResetActivity();
        d->OnPosition(position);
        const TaskVector velocity = d->Decode(features);
        RC_ASSERT(velocity.allFinite());
        RC_ASSERT(velocity.tail(kMaxDimensions - dimensions).isZero(0.0));
        RC_ASSERT(!said || *said == velocity);
        said = velocity;
        d->Learn(label);
        d->OnCommand(velocity.cwiseMax(-1.0).cwiseMin(1.0));
        RC_ASSERT(d->IsHealthy());
      }
    }
  }));
}

}  // namespace
}  // namespace efferent

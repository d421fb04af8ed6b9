// Every decoder of the contract can be asked for, streams, and learns.
#include <cmath>
#include <random>
#include <string>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

std::vector<std::string> NamesInTheContract() {
  std::vector<std::string> names;
  const auto* choice = v1::DecoderConfig::descriptor()->FindOneofByName("decoder");
  for (int i = 0; i < choice->field_count(); ++i) names.push_back(choice->field(i)->name());
  return names;
}

class EveryDecoder : public ServiceTest, public testing::WithParamInterface<std::string> {};
INSTANTIATE_TEST_SUITE_P(OfTheContract, EveryDecoder, testing::ValuesIn(NamesInTheContract()),
                         [](const auto& test) { return test.param; });

// Counts of the four channels rise and fall with two velocities, in which the arm moves: after 2,000
// bins of kinematics the decoder says something of these velocities.
TEST_P(EveryDecoder, IsCreatedStreamsAndLearns) {
  v1::SessionConfig config = SmallConfig();
  const auto* field = v1::DecoderConfig::descriptor()->FindFieldByName(GetParam());
  v1::DecoderConfig& decoder = *config.mutable_decoder();
  decoder.GetReflection()->MutableMessage(&decoder, field);
  config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_KINEMATICS);
  v1::Session session;
  const grpc::Status status = clients_.Create("s", config, &session);
  ASSERT_TRUE(status.ok()) << status.error_message();
  const v1::DecoderConfig& used = session.config().decoder();
  EXPECT_TRUE(used.GetReflection()->HasField(used, field));

  auto acquisition = clients_.Acquire("s", /*return_commands=*/true);
  std::mt19937_64 random(61);
  std::normal_distribution<float> noise(0.0f, 0.5f);
  double agreement = 0.0, decoded_power = 0.0, power = 0.0;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    constexpr std::int64_t kBins = 50;
    v1::AcquisitionChunk chunk;
    chunk.set_sequence_number(n);
    const std::int64_t start_ns = static_cast<std::int64_t>(n - 1) * kBins * kWidth;
    chunk.mutable_spike_counts()->set_start_time_ns(start_ns);
    chunk.mutable_spike_counts()->set_bin_width_ns(kWidth);
    chunk.set_complete_until_ns(start_ns + kBins * kWidth);
    std::vector<double> velocities;
    for (std::int64_t bin = 0; bin < kBins; ++bin) {
      const double t = 1e-9 * static_cast<double>(start_ns + bin * kWidth);
      const double vx = 0.2 * std::sin(3.0 * t), vy = 0.2 * std::cos(2.0 * t);
      for (const double drive : {vx, -vx, vy, -vy}) {
        chunk.mutable_spike_counts()->add_counts(
            std::max(0.0f, 4.0f + 15.0f * static_cast<float>(drive) + noise(random)));
      }
      v1::ArmState* state = chunk.add_behavior()->mutable_arm_state();
      state->set_time_ns(start_ns + bin * kWidth);
      for (const double v : {vx, vy}) {
        state->add_velocity_m_s(v);
        state->add_position_m(0.0);
        velocities.push_back(v);
      }
    }
    const auto ack = Send(acquisition.get(), chunk);
    ASSERT_TRUE(ack) << acquisition->Finish().error_message();
    ASSERT_EQ(ack->commands_size(), kBins);
    if (n <= 30) continue;
    for (int i = 0; i < 2 * kBins; ++i) {
      const double decoded = ack->commands(i / 2).velocity_m_s(i % 2);
      agreement += decoded * velocities[static_cast<std::size_t>(i)];
      decoded_power += decoded * decoded;
      power += velocities[static_cast<std::size_t>(i)] * velocities[static_cast<std::size_t>(i)];
    }
  }
  EXPECT_GT(agreement, 0.8 * std::sqrt(decoded_power * power));
  EXPECT_TRUE(
      Eventually([&] { return clients_.Get("s")->statistics().learned_bin_count() >= 1999; }));
}

}  // namespace
}  // namespace efferent::test

// An arm that sends nonsense is told which field, and detached.
#include <limits>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

struct BadUpdate {
  const char* name;
  const char* field;
  std::function<void(v1::ArmUpdate*)> spoil;
};

void PrintTo(const BadUpdate& bad, std::ostream* out) { *out << bad.field; }

class BadArmUpdate : public ServiceTest, public ::testing::WithParamInterface<BadUpdate> {};

TEST_P(BadArmUpdate, EndsTheStream) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  ASSERT_TRUE(arm->Write(ArmUpdateAt(100)));
  v1::StreamArmRequest request = ArmUpdateAt(200);
  GetParam().spoil(request.mutable_update());
  arm->Write(request);
  const grpc::Status status = arm->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ViolatedFields(status), std::vector<std::string>{GetParam().field});
  EXPECT_FALSE(clients_.Get("s")->arm_attached());
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Every, BadArmUpdate,
    ::testing::Values(BadUpdate{"NoState", "update.state", [](auto* u) { u->clear_state(); }},
                      BadUpdate{"TimeGoesBackwards", "update.state.time_ns",
                                [](auto* u) { u->mutable_state()->set_time_ns(99); }},
                      BadUpdate{"NegativeTime", "update.state.time_ns",
                                [](auto* u) { u->mutable_state()->set_time_ns(-1); }},
                      BadUpdate{
                          "OneDimension", "update.state.position_m",
                          [](auto* u) { u->mutable_state()->mutable_position_m()->RemoveLast(); }},
                      BadUpdate{"EngagedWithATargetButNowhere", "update.state.position_m",
                                [](auto* u) {
                                  u->mutable_state()->clear_position_m();
                                  u->mutable_state()->set_engaged(true);
                                }},
                      BadUpdate{"PositionIsNan", "update.state.position_m[0]",
                                [](auto* u) { u->mutable_state()->set_position_m(0, kNan); }},
                      BadUpdate{"VelocityIsAbsurd", "update.state.velocity_m_s[1]",
                                [](auto* u) { u->mutable_state()->set_velocity_m_s(1, 1e7); }},
                      BadUpdate{"RewardIsNan", "update.state.reward",
                                [](auto* u) { u->mutable_state()->set_reward(kNan); }},
                      BadUpdate{"RewardIsHuge", "update.state.reward",
                                [](auto* u) { u->mutable_state()->set_reward(-1e7); }},
                      BadUpdate{"TargetIsNan", "update.target.position_m[1]",
                                [](auto* u) { u->mutable_target()->set_position_m(1, kNan); }},
                      BadUpdate{"RadiusIsNan", "update.target.radius_m",
                                [](auto* u) { u->mutable_target()->set_radius_m(kNan); }},
                      BadUpdate{"TrialEventInTheFuture", "update.trial_events[0].time_ns",
                                [](auto* u) {
                                  auto* event = u->add_trial_events();
                                  event->set_kind(v1::TRIAL_EVENT_KIND_START);
                                  event->set_time_ns(201);
                                }}),
    [](const auto& test) { return std::string(test.param.name); });

using PiledUpTrialEvents = ServiceTest;

TEST_F(PiledUpTrialEvents, EndTheArmStreamInsteadOfGrowing) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  for (std::uint32_t i = 0; i < 1'025; ++i) {
    v1::StreamArmRequest request = ArmUpdateAt(i);
    AddTrialEvent(&request, v1::TRIAL_EVENT_KIND_START, i, "a");
    if (!arm->Write(request)) break;
  }
  EXPECT_EQ(arm->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace efferent::test

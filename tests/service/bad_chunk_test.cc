// A chunk that breaks the contract ends its stream with the field's name; nothing of it is applied,
// and the session goes on.
#include <cmath>
#include <limits>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

struct BadChunk {
  const char* name;
  const char* field;
  std::function<void(v1::AcquisitionChunk*)> spoil;  // of OneBin(3), after bins 0 and 1
};

void PrintTo(const BadChunk& bad, std::ostream* out) { *out << bad.field; }

v1::SpikeCounts* SetCounts(v1::AcquisitionChunk* chunk, int rows, float count) {
  v1::SpikeCounts* counts = chunk->mutable_spike_counts();
  counts->set_start_time_ns(2 * kWidth);
  counts->set_bin_width_ns(kWidth);
  for (int i = 0; i < rows * kChannels; ++i) counts->add_counts(count);
  chunk->set_complete_until_ns((2 + rows) * kWidth);
  return counts;
}

v1::BehaviorSample* AddBehavior(v1::AcquisitionChunk* chunk) {
  v1::BehaviorSample* sample = chunk->add_behavior();
  sample->mutable_arm_state()->set_time_ns(2 * kWidth);
  sample->mutable_arm_state()->add_position_m(0.0);
  sample->mutable_arm_state()->add_position_m(0.0);
  return sample;
}

v1::TrialEvent* AddEvent(v1::AcquisitionChunk* chunk, std::int64_t time_ns) {
  v1::TrialEvent* event = chunk->add_trial_events();
  event->set_time_ns(time_ns);
  event->set_kind(v1::TRIAL_EVENT_KIND_START);
  return event;
}

const float kNanF = std::numeric_limits<float>::quiet_NaN();
const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInf = std::numeric_limits<double>::infinity();

const std::vector<BadChunk>& BadChunks() {
  static const std::vector<BadChunk> chunks = {
      {"NoSequenceNumber", "chunk.sequence_number", [](auto* c) { c->set_sequence_number(0); }},
      {"ChannelOutOfRange", "chunk.spike_events.channel[0]",
       [](auto* c) { c->mutable_spike_events()->set_channel(0, kChannels); }},
      {"ListsOfUnequalLength", "chunk.spike_events",
       [](auto* c) { c->mutable_spike_events()->add_channel(0); }},
      {"EventAfterTheChunk", "chunk.spike_events.time_ns[0]",
       [](auto* c) { c->mutable_spike_events()->set_time_ns(0, 3 * kWidth); }},
      {"EventBeforeTheSession", "chunk.spike_events.time_ns[0]",
       [](auto* c) { c->mutable_spike_events()->set_time_ns(0, -1); }},
      {"TooManyEvents", "chunk.spike_events",
       [](auto* c) {
         for (int i = 0; i < (1 << 18); ++i) {
           c->mutable_spike_events()->add_channel(0);
           c->mutable_spike_events()->add_time_ns(2 * kWidth);
         }
       }},
      {"TimeGoesBackwards", "chunk.complete_until_ns",
       [](auto* c) {
         c->clear_spike_events();
         c->set_complete_until_ns(2 * kWidth - 1);
       }},
      {"NegativeTime", "chunk.complete_until_ns",
       [](auto* c) {
         c->clear_spike_events();
         c->set_complete_until_ns(-1);
       }},
      {"TimeBeyondAnySession", "chunk.complete_until_ns",
       [](auto* c) { c->set_complete_until_ns(std::numeric_limits<std::int64_t>::max()); }},
      {"MoreThan64BinsOfEvents", "chunk.complete_until_ns",
       [](auto* c) { c->set_complete_until_ns(67 * kWidth); }},
      {"MoreThan64RowsOfCounts", "chunk.spike_counts.counts",
       [](auto* c) { SetCounts(c, 65, 1.0f); }},
      {"TooManyBytes", "chunk",
       [](auto* c) {
         for (int i = 0; i < (1 << 20); ++i) c->mutable_spike_counts()->add_counts(1.0f);
       }},
      {"CountIsNan", "chunk.spike_counts.counts[1]",
       [](auto* c) { SetCounts(c, 1, 1.0f)->set_counts(1, kNanF); }},
      {"CountIsInfinite", "chunk.spike_counts.counts[1]",
       [](auto* c) {
         SetCounts(c, 1, 1.0f)->set_counts(1, std::numeric_limits<float>::infinity());
       }},
      {"CountIsNegative", "chunk.spike_counts.counts[3]",
       [](auto* c) { SetCounts(c, 1, 1.0f)->set_counts(3, -1.0f); }},
      {"CountIsAbsurd", "chunk.spike_counts.counts[3]",
       [](auto* c) { SetCounts(c, 1, 1.0f)->set_counts(3, 1e30f); }},
      {"CountsOfAnotherBinWidth", "chunk.spike_counts.bin_width_ns",
       [](auto* c) { SetCounts(c, 1, 1.0f)->set_bin_width_ns(kWidth / 2); }},
      {"CountsOffTheGrid", "chunk.spike_counts.start_time_ns",
       [](auto* c) { SetCounts(c, 1, 1.0f)->set_start_time_ns(2 * kWidth + 1); }},
      {"CountsOfBinsThatAreDecoded", "chunk.spike_counts.start_time_ns",
       [](auto* c) {
         SetCounts(c, 2, 1.0f)->set_start_time_ns(kWidth);
         c->set_complete_until_ns(3 * kWidth);
       }},
      {"CountsOfAnotherNumberOfChannels", "chunk.spike_counts.counts",
       [](auto* c) { SetCounts(c, 1, 1.0f)->add_counts(1.0f); }},
      {"EndThatIsNotTheLastRows", "chunk.complete_until_ns",
       [](auto* c) {
         SetCounts(c, 2, 1.0f);
         c->set_complete_until_ns(3 * kWidth);
       }},
      {"TooManyBehaviorSamples", "chunk.behavior",
       [](auto* c) {
         AddBehavior(c);
         AddBehavior(c);
       }},
      {"BehaviorOutsideItsBin", "chunk.behavior[0].arm_state.time_ns",
       [](auto* c) { AddBehavior(c)->mutable_arm_state()->set_time_ns(3 * kWidth); }},
      {"TargetOfAnEngagedArmThatIsNowhere", "chunk.behavior[0].arm_state.position_m",
       [](auto* c) {
         v1::BehaviorSample* sample = AddBehavior(c);
         *sample->mutable_target()->mutable_position_m() = sample->arm_state().position_m();
         sample->mutable_arm_state()->clear_position_m();
         sample->mutable_arm_state()->set_engaged(true);
       }},
      {"PositionIsNan", "chunk.behavior[0].arm_state.position_m[1]",
       [](auto* c) { AddBehavior(c)->mutable_arm_state()->set_position_m(1, kNan); }},
      {"VelocityIsInfinite", "chunk.behavior[0].arm_state.velocity_m_s[0]",
       [](auto* c) {
         auto* state = AddBehavior(c)->mutable_arm_state();
         state->add_velocity_m_s(kInf);
         state->add_velocity_m_s(0.0);
       }},
      {"VelocityOfAnotherDimension", "chunk.behavior[0].arm_state.velocity_m_s",
       [](auto* c) { AddBehavior(c)->mutable_arm_state()->add_velocity_m_s(1.0); }},
      {"NegativeRadius", "chunk.behavior[0].target.radius_m",
       [](auto* c) {
         v1::Target* target = AddBehavior(c)->mutable_target();
         target->add_position_m(0.0);
         target->add_position_m(0.0);
         target->set_radius_m(-0.1);
       }},
      {"TrialEventAfterTheChunk", "chunk.trial_events[0].time_ns",
       [](auto* c) { AddEvent(c, 3 * kWidth + 1); }},
      {"TrialEventsOutOfOrder", "chunk.trial_events[1].time_ns",
       [](auto* c) {
         AddEvent(c, 3 * kWidth);
         AddEvent(c, 2 * kWidth);
       }},
      {"TrialEventOfNoKind", "chunk.trial_events[0].kind",
       [](auto* c) { AddEvent(c, 2 * kWidth)->set_kind(v1::TRIAL_EVENT_KIND_UNSPECIFIED); }},
      {"ConditionTooLong", "chunk.trial_events[0].condition",
       [](auto* c) { AddEvent(c, 2 * kWidth)->set_condition(std::string(129, 'x')); }},
      {"TooManyTrialEvents", "chunk.trial_events",
       [](auto* c) {
         for (int i = 0; i < 257; ++i) AddEvent(c, 2 * kWidth);
       }},
  };
  return chunks;
}

class BadChunkTest : public ServiceTest, public ::testing::WithParamInterface<BadChunk> {};

TEST_P(BadChunkTest, IsRefusedWholeAndTheSessionGoesOn) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  ASSERT_TRUE(Send(call.get(), OneBin(1)));
  ASSERT_TRUE(Send(call.get(), OneBin(2)));

  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = OneBin(3);
  GetParam().spoil(request.mutable_chunk());
  ASSERT_TRUE(call->Write(request));
  const grpc::Status status = call->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ViolatedFields(status), std::vector<std::string>{GetParam().field})
      << status.error_message();
  EXPECT_NE(status.error_message().find(GetParam().field), std::string::npos);

  const v1::Session session = clients_.Get("s").value();
  EXPECT_EQ(session.statistics().decoded_bin_count(), 2u);
  EXPECT_EQ(session.applied_sequence_number(), 2u);
  EXPECT_EQ(session.decoded_until_ns(), 2 * kWidth);

  auto again = clients_.Acquire("s");
  const auto ack = Send(again.get(), OneBin(3));
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->decoded_until_ns(), 3 * kWidth);
  EXPECT_EQ(ack->late_event_count(), 0u);
  EXPECT_EQ(ack->missing_chunk_count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Every, BadChunkTest, ::testing::ValuesIn(BadChunks()),
                         [](const auto& test) { return std::string(test.param.name); });

using SignedCounts = ServiceTest;

TEST_F(SignedCounts, AreTakenWhereTheSessionSaysSo) {
  v1::SessionConfig config = SmallConfig();
  config.set_signed_counts(true);
  ASSERT_TRUE(clients_.Create("s", config).ok());
  auto call = clients_.Acquire("s");
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(1);
  SetCounts(&chunk, 2, -0.5f);
  const auto ack = Send(call.get(), chunk);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->decoded_until_ns(), 4 * kWidth);
  EXPECT_EQ(clients_.Get("s")->statistics().missed_bin_count(), 2u);
}

}  // namespace
}  // namespace efferent::test

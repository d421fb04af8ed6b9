#include <gtest/gtest.h>

#include "clients/subject/subject_options.h"
#include "efferent/v1/decoder.grpc.pb.h"
#include "server/recording/recorder.h"
#include "server/server.h"
#include "tests/closed_loop/point_cursor.h"
#include "tests/service/service_fixture.h"
#include "tests/unit/recording/recorded_session.h"

/// A whole closed loop over the wire is recorded, and decoded again.
namespace efferent::subject {
namespace {

class RecordedLoop : public testing::Test {
 protected:
  RecordedLoop() {
    RecorderParams params;
    params.data_dir = folder_.path();
    params.checkpoint_s = 10.0;
    recorder_ = std::make_shared<Recorder>(params);
    server_ = std::make_unique<Server>(test::OnAFreePort(), v1::SessionConfig(), recorder_,
                                       MakeDecoder, recorder_);
  }
  ~RecordedLoop() override {
    server_.reset();
    recorder_.reset();
  }

  /// Decodes it again, once the server has ended.
  Verification::Result Verify() {
    server_.reset();
    recorder_.reset();
    return test::Verify(folder_.path());
  }
  grpc::Status AddLinearShadow() {
    v1::AddShadowRequest request;
    request.set_session_id("s");
    request.set_name("linear");
    request.mutable_decoder()->mutable_rls();
    grpc::ClientContext context;
    v1::AddShadowResponse response;
    return Decoders()->AddShadow(&context, request, &response);
  }
  grpc::Status SwapForLinear() {
    v1::SwapDecoderRequest request;
    request.set_session_id("s");
    request.mutable_decoder()->mutable_rls();
    grpc::ClientContext context;
    v1::SwapDecoderResponse response;
    return Decoders()->SwapDecoder(&context, request, &response);
  }
  std::unique_ptr<v1::DecoderService::Stub> Decoders() {
    return v1::DecoderService::NewStub(
        grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials()));
  }

  std::int64_t NumEvents(const std::string& kind) {
    Database database(folder_.path() / "efferent.db", Database::Access::kRead);
    return Statement(database.handle(), "SELECT count(*) FROM events WHERE kind = ?")
        .Bind(std::string_view(kind))
        .RunForInteger()
        .value_or(-1);
  }

  const ScratchFolder folder_;
  std::shared_ptr<Recorder> recorder_;
  std::unique_ptr<Server> server_;
};

/// A user and a cursor at the end of one acquisition stream, bin by bin: spikes go there with what labels
/// are made from, and the command comes back. Only so can the session be told of another target than
/// the user has.
class LoopOverTheWire {
 public:
  LoopOverTheWire(test::Clients* clients, const SubjectOptions& options)
      : clients_(clients), brain_(MakeBrain(options)), cursor_({}, options.seed) {
    const auto num_channels = static_cast<std::uint32_t>(MakePopulation(options).size());
    v1::SessionConfig config = MakeSessionConfig(options, num_channels);
    config.mutable_timing()->set_real_time(false);
    EXPECT_TRUE(clients->Create("s", config).ok());
    stream_ = clients->Acquire("s", /*return_commands=*/true, num_channels);
  }

  int Successes(int num_trials, bool learn, bool flipped = false) {
    EXPECT_TRUE(clients_->SetLearning("s", learn).ok());
    const auto steer = [&](const Observation& seen, bool trial_start) -> Vec3 {
      if (trial_start) brain_.OnTrialStart("reach");
      const auto ack = test::Send(stream_.get(), Chunk(seen, trial_start, flipped));
      if (!ack || ack->commands().empty()) {
        ADD_FAILURE() << "no command";
        return Vec3::Zero();
      }
      const v1::Command& command = ack->commands(0);
      return {command.velocity_m_s(0), command.velocity_m_s(1), 0.0};
    };
    return cursor_.Run(num_trials, steer).num_successes;
  }

 private:
  v1::AcquisitionChunk Chunk(const Observation& seen, bool trial_start, bool flipped) {
    v1::AcquisitionChunk chunk;
    chunk.set_sequence_number(++sequence_number_);
    chunk.set_complete_until_ns(seen.time_ns + PointCursorParams().bin_ns);
    for (const SpikeEvent& spike : brain_.Fire(seen.time_ns, seen)) {
      chunk.mutable_spike_events()->add_channel(spike.channel);
      chunk.mutable_spike_events()->add_time_ns(spike.time_ns);
    }
    chunk.mutable_spike_events();  // none is data too
    v1::BehaviorSample& behavior = *chunk.add_behavior();
    v1::ArmState& arm = *behavior.mutable_arm_state();
    arm.set_time_ns(seen.time_ns);
    arm.set_engaged(seen.engaged);
    for (int d = 0; d < 2; ++d) {
      arm.add_position_m(seen.position_m[d]);
      arm.add_velocity_m_s(seen.velocity_m_s[d]);
    }
    if (seen.target) {
      const Vec3& target = seen.target->position_m;
      const Vec3 told = flipped ? Vec3(2.0 * seen.position_m - target) : target;
      behavior.mutable_target()->add_position_m(told.x());
      behavior.mutable_target()->add_position_m(told.y());
      behavior.mutable_target()->set_radius_m(seen.target->radius_m);
    }
    if (trial_start) {
      v1::TrialEvent& event = *chunk.add_trial_events();
      event.set_time_ns(seen.time_ns);
      event.set_kind(v1::TRIAL_EVENT_KIND_START);
      event.set_trial_index(trial_index_++);
      event.set_condition("reach");
    }
    return chunk;
  }

  test::Clients* clients_;
  Brain brain_;
  PointCursor cursor_;
  std::unique_ptr<test::AcquisitionCall> stream_;
  std::uint64_t sequence_number_ = 0;
  std::uint32_t trial_index_ = 0;
};

TEST_F(RecordedLoop, IsDecodedAgainBitForBitThroughASwapAFreezeAndTheGuardsRollBack) {
  test::Clients clients(server_->address());
  SubjectOptions options;
  options.population = "46";
  LoopOverTheWire loop(&clients, options);
  ASSERT_TRUE(AddLinearShadow().ok());

  loop.Successes(50, true);
  const int former = loop.Successes(20, false);
  // Agreement is proven anew where learning begins anew.
  loop.Successes(50, true);
  loop.Successes(40, true, /*flipped=*/true);
  const std::optional<v1::Session> rolled_back = clients.Get("s");
  ASSERT_TRUE(rolled_back);
  EXPECT_EQ(rolled_back->statistics().learning_rollback_count(), 1u);
  EXPECT_FALSE(rolled_back->learning_enabled());
  const int after = loop.Successes(20, false);
  EXPECT_GE(former, 19);
  EXPECT_GE(after, former - 1);

  ASSERT_TRUE(SwapForLinear().ok());
  loop.Successes(10, true);
  loop.Successes(5, false);
  ASSERT_TRUE(clients.End("s").ok());
  const Verification::Result result = Verify();
  EXPECT_EQ(result.first_difference, "");
  EXPECT_EQ(result.equal_bin_count, result.bin_count);
  EXPECT_EQ(result.unknown_bin_count, 0u);
  EXPECT_EQ(result.decoder_change_count, 2u);
  EXPECT_EQ(result.rollback_count, 1u);
  EXPECT_GT(result.checkpoint_count, 8u);
  EXPECT_EQ(NumEvents("learning rolled back"), 1);
}

}  // namespace
}  // namespace efferent::subject

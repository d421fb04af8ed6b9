// Decoders are exchanged, tried in the shadow and promoted while a session runs.
#include <gmock/gmock.h>

#include "efferent/v1/decoder.grpc.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class LiveDecoders : public ServiceTest {
 protected:
  LiveDecoders() : stub_(v1::DecoderService::NewStub(clients_.channel())) {}

  template <class Request, class Response>
  using Call = grpc::Status (v1::DecoderService::Stub::*)(grpc::ClientContext*, const Request&,
                                                          Response*);
  template <class Request, class Response>
  grpc::Status Do(Call<Request, Response> call, const Request& request,
                  v1::Session* session = nullptr) {
    grpc::ClientContext context;
    Response response;
    const grpc::Status status = (stub_.get()->*call)(&context, request, &response);
    if (session) *session = response.session();
    return status;
  }

  grpc::Status Swap(const std::string& id, const v1::DecoderConfig& decoder,
                    v1::Session* session = nullptr) {
    v1::SwapDecoderRequest request;
    request.set_session_id(id);
    *request.mutable_decoder() = decoder;
    return Do(&v1::DecoderService::Stub::SwapDecoder, request, session);
  }
  grpc::Status AddTwin(const std::string& id, const std::string& name, bool frozen = false,
                       v1::Session* session = nullptr) {
    v1::AddShadowRequest request;
    request.set_session_id(id);
    request.set_name(name);
    request.set_frozen(frozen);
    return Do(&v1::DecoderService::Stub::AddShadow, request, session);
  }
  grpc::Status AddNlms(const std::string& id, const std::string& name) {
    v1::AddShadowRequest request;
    request.set_session_id(id);
    request.set_name(name);
    request.mutable_decoder()->mutable_nlms();
    return Do(&v1::DecoderService::Stub::AddShadow, request);
  }
  grpc::Status Remove(const std::string& id, const std::string& name) {
    v1::RemoveShadowRequest request;
    request.set_session_id(id);
    request.set_name(name);
    return Do(&v1::DecoderService::Stub::RemoveShadow, request);
  }
  grpc::Status Promote(const std::string& id, const std::string& name,
                       v1::Session* session = nullptr) {
    v1::PromoteShadowRequest request;
    request.set_session_id(id);
    request.set_name(name);
    return Do(&v1::DecoderService::Stub::PromoteShadow, request, session);
  }

  /// Chunk n with a label, spikes that vary, and every 50 bins a trial.
  static v1::AcquisitionChunk LabelledBin(std::uint64_t n) {
    v1::AcquisitionChunk chunk = OneBin(n);
    for (std::uint64_t spike = 0; spike < n % 5; ++spike) {
      chunk.mutable_spike_events()->add_channel(
          static_cast<std::uint32_t>((n + spike) % kChannels));
      chunk.mutable_spike_events()->add_time_ns(static_cast<std::int64_t>(n) * kWidth - kWidth / 3);
    }
    const std::int64_t start_ns = static_cast<std::int64_t>(n - 1) * kWidth;
    const v1::StreamArmRequest state = ArmUpdateAt(start_ns, 0.001 * static_cast<double>(n % 40));
    *chunk.add_behavior()->mutable_arm_state() = state.update().state();
    *chunk.mutable_behavior(0)->mutable_target() = state.update().target();
    if (n % 50 == 1) {
      v1::TrialEvent* event = chunk.add_trial_events();
      event->set_time_ns(start_ns);
      event->set_kind(v1::TRIAL_EVENT_KIND_START);
    }
    return chunk;
  }
  /// Sends chunks `first` to `last`; returns their commands, one line each.
  static std::vector<std::string> Stream(AcquisitionCall* call, std::uint64_t first,
                                         std::uint64_t last) {
    std::vector<std::string> commands;
    for (std::uint64_t n = first; n <= last; ++n) {
      const auto ack = Send(call, LabelledBin(n));
      if (!ack || ack->commands_size() != 1) return commands;
      commands.push_back(ack->commands(0).SerializeAsString());
    }
    return commands;
  }
  /// The session, once it has learnt from so many bins: the last acknowledgement comes before learning.
  v1::Session After(const std::string& id, std::uint64_t num_learned_bins) {
    EXPECT_TRUE(Eventually(
        [&] { return clients_.Get(id)->statistics().learned_bin_count() == num_learned_bins; }));
    return *clients_.Get(id);
  }
  static std::vector<std::string> Names(const v1::Session& session) {
    std::vector<std::string> names;
    for (const v1::SessionDecoder& decoder : session.decoders()) names.push_back(decoder.name());
    return names;
  }

  std::unique_ptr<v1::DecoderService::Stub> stub_;
};

TEST_F(LiveDecoders, SwapTakesEffectAtTheNextBinAndNoBinGoesWithoutACommand) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  ASSERT_EQ(Stream(call.get(), 1, 30).size(), 30u);
  v1::DecoderConfig rls;
  rls.mutable_rls()->set_forgetting(0.999);
  v1::Session asked;
  ASSERT_TRUE(Swap("s", rls, &asked).ok());
  EXPECT_TRUE(asked.decoder_change_pending());
  EXPECT_EQ(asked.config().decoder().rls().forgetting(), 0.999);
  EXPECT_TRUE(asked.config().decoder().rls().has_ridge()) << "defaults are filled in";
  ASSERT_EQ(Stream(call.get(), 31, 60).size(), 30u);

  const v1::Session session = After("s", 60);
  EXPECT_FALSE(session.decoder_change_pending());
  EXPECT_EQ(session.driver_since_bin_index(), 30u);
  EXPECT_EQ(session.statistics().decoded_bin_count(), 60u);
  EXPECT_EQ(session.decoders(0).learned_bin_count(), 30u);
}

TEST_F(LiveDecoders, AChangeThatWaitsForItsBinIsAnsweredWithTheScoresOfNow) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  ASSERT_EQ(Stream(call.get(), 1, 30).size(), 30u);
  After("s", 30);
  v1::Session session;
  ASSERT_TRUE(AddTwin("s", "twin", false, &session).ok());
  EXPECT_TRUE(session.decoder_change_pending());
  ASSERT_EQ(session.decoders_size(), 2);
  EXPECT_EQ(session.decoders(0).scored_bin_count(), 30u);
  EXPECT_EQ(session.decoders(0).learned_bin_count(), 30u);
  EXPECT_TRUE(session.decoders(0).has_mean_squared_error_m2_s2());
  EXPECT_EQ(session.decoders(1).scored_bin_count(), 0u) << "it has not begun";

  ASSERT_EQ(Stream(call.get(), 31, 50).size(), 20u);
  After("s", 50);
  ASSERT_TRUE(Promote("s", "twin", &session).ok());
  EXPECT_TRUE(session.decoder_change_pending());
  EXPECT_EQ(session.decoders(0).scored_bin_count(), 20u) << "the twin is to drive";
  EXPECT_EQ(session.decoders(1).scored_bin_count(), 50u) << "what drove becomes the shadow";
  // And as it is once it has been carried out.
  ASSERT_EQ(Stream(call.get(), 51, 51).size(), 1u);
  session = After("s", 51);
  EXPECT_FALSE(session.decoder_change_pending());
  EXPECT_EQ(session.decoders(0).scored_bin_count(), 21u);
  EXPECT_EQ(session.decoders(1).scored_bin_count(), 51u);
}

TEST_F(LiveDecoders, ShadowsAreScoredOnTheLiveStreamAndDoNotChangeACommand) {
  CreateSmall("plain");
  CreateSmall("shadowed");
  auto plain = clients_.Acquire("plain", /*return_commands=*/true);
  auto shadowed = clients_.Acquire("shadowed", /*return_commands=*/true);
  ASSERT_TRUE(AddNlms("shadowed", "linear").ok());
  ASSERT_TRUE(AddTwin("shadowed", "still", /*frozen=*/true).ok());
  EXPECT_EQ(Stream(shadowed.get(), 1, 150), Stream(plain.get(), 1, 150));

  const v1::Session session = After("shadowed", 150);
  EXPECT_THAT(Names(session), ElementsAre("driver", "linear", "still"));
  EXPECT_TRUE(session.decoders(1).config().has_nlms());
  EXPECT_TRUE(session.decoders(2).frozen());
  for (const v1::SessionDecoder& decoder : session.decoders()) {
    EXPECT_EQ(decoder.scored_bin_count(), 150u) << decoder.name();
    EXPECT_TRUE(decoder.has_mean_squared_error_m2_s2()) << decoder.name();
    EXPECT_EQ(decoder.learned_bin_count(), decoder.frozen() ? 0u : 150u) << decoder.name();
  }
}

TEST_F(LiveDecoders, PromotedTwinOfAFrozenDriverGoesOnExactlyAsItWouldHave) {
  CreateSmall("same");
  CreateSmall("promoted");
  auto same = clients_.Acquire("same", /*return_commands=*/true);
  auto promoted = clients_.Acquire("promoted", /*return_commands=*/true);
  ASSERT_EQ(Stream(same.get(), 1, 99), Stream(promoted.get(), 1, 99));
  for (const char* id : {"same", "promoted"}) ASSERT_TRUE(clients_.SetLearning(id, false).ok());
  ASSERT_EQ(Stream(same.get(), 100, 100), Stream(promoted.get(), 100, 100));
  ASSERT_TRUE(AddTwin("promoted", "twin").ok());
  ASSERT_TRUE(Promote("promoted", "twin").ok());
  // From the start of a trial on their activity is the same too.
  EXPECT_EQ(Stream(same.get(), 101, 150), Stream(promoted.get(), 101, 150));
  EXPECT_EQ(clients_.Get("promoted")->driver_since_bin_index(), 100u);
}

TEST_F(LiveDecoders, PromotionIsUndoneByTheSameCall) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  ASSERT_TRUE(AddNlms("s", "linear").ok());
  Stream(call.get(), 1, 20);
  ASSERT_TRUE(Promote("s", "linear").ok());
  Stream(call.get(), 21, 40);
  v1::Session session = After("s", 40);
  EXPECT_TRUE(session.config().decoder().has_nlms());
  EXPECT_TRUE(session.decoders(1).config().has_snn()) << "what drove goes on under that name";
  EXPECT_EQ(session.decoders(1).learned_bin_count(), 40u);
  ASSERT_TRUE(Promote("s", "linear").ok());
  Stream(call.get(), 41, 42);
  session = After("s", 42);
  EXPECT_TRUE(session.config().decoder().has_snn());
  EXPECT_EQ(session.decoders(0).learned_bin_count(), 42u);
}

TEST_F(LiveDecoders, RemovedShadowIsGoneAndItsNameIsFree) {
  CreateSmall("s");
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  ASSERT_TRUE(AddNlms("s", "linear").ok());
  Stream(call.get(), 1, 5);
  ASSERT_TRUE(Remove("s", "linear").ok());
  EXPECT_EQ(Remove("s", "linear").error_code(), grpc::StatusCode::NOT_FOUND);
  ASSERT_TRUE(AddNlms("s", "linear").ok());
  Stream(call.get(), 6, 8);
  EXPECT_EQ(After("s", 8).decoders(1).scored_bin_count(), 3u);
}

TEST_F(LiveDecoders, MistakesAreNamedAndChangeNothing) {
  CreateSmall("s");
  EXPECT_EQ(Promote("nobody", "x").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Promote("s", "nobody").error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(ViolatedFields(Swap("s", {})), ElementsAre("decoder"));
  v1::DecoderConfig bad;
  bad.mutable_snn()->set_tau_m_s(-1.0);
  bad.mutable_snn()->set_num_neurons(0);
  EXPECT_THAT(ViolatedFields(Swap("s", bad)),
              testing::UnorderedElementsAre("decoder.snn.tau_m_s", "decoder.snn.num_neurons"));
  EXPECT_THAT(ViolatedFields(AddTwin("s", "driver")), ElementsAre("name"));
  EXPECT_THAT(ViolatedFields(AddTwin("s", "no spaces")), ElementsAre("name"));
  for (int i = 0; i < Shadows::kMax; ++i) {
    ASSERT_TRUE(AddNlms("s", "shadow" + std::to_string(i)).ok());
  }
  EXPECT_EQ(AddNlms("s", "shadow0").error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(AddNlms("s", "ninth").error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  EXPECT_EQ(Stream(call.get(), 1, 10).size(), 10u);
  EXPECT_TRUE(clients_.Get("s")->config().decoder().has_snn());
}

TEST_F(LiveDecoders, ChangesThatNoBinCarriesOutArePiledUpToABound) {
  CreateSmall("s");
  v1::DecoderConfig nlms;
  nlms.mutable_nlms();
  for (std::size_t i = 0; i < ControlLoop::kMaxWaitingChanges; ++i) {
    ASSERT_TRUE(Swap("s", nlms).ok());
  }
  EXPECT_EQ(Swap("s", nlms).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  auto call = clients_.Acquire("s", /*return_commands=*/true);
  EXPECT_EQ(Stream(call.get(), 1, 1).size(), 1u);
  EXPECT_TRUE(Swap("s", nlms).ok());
}

}  // namespace
}  // namespace efferent::test

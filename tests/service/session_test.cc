// Creating, showing, listing and ending sessions.
#include <atomic>
#include <thread>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Fields = std::vector<std::string>;
using SessionCalls = ServiceTest;

TEST_F(SessionCalls, EveryViolationIsNamedAtOnce) {
  v1::SessionConfig config;
  config.set_subject_code("Jane Doe");
  config.set_num_channels(5'000);
  config.set_num_dimensions(9);
  config.mutable_decoder()->mutable_snn()->set_tau_m_s(-1.0);
  config.mutable_decoder()->mutable_snn()->set_readout(static_cast<v1::SnnReadout>(77));
  config.mutable_learning()->set_response(std::numeric_limits<double>::quiet_NaN());
  config.mutable_limits()->set_max_speed_m_s(0.0);
  config.mutable_limits()->add_workspace_min_m(0.0);
  config.mutable_watchdog()->set_hold_after_ns(200'000'000);
  config.mutable_watchdog()->set_stop_after_ns(100'000'000);
  const grpc::Status status = clients_.Create("not an id", config);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Fields fields = ViolatedFields(status);
  std::sort(fields.begin(), fields.end());
  EXPECT_EQ(fields, (Fields{"config.bin_width_ns", "config.decoder.snn.readout",
                            "config.decoder.snn.tau_m_s", "config.learning.response",
                            "config.limits.max_speed_m_s", "config.limits.workspace_min_m",
                            "config.num_channels", "config.num_dimensions", "config.subject_code",
                            "config.watchdog.stop_after_ns", "session_id"}));
  EXPECT_NE(status.error_message().find("config.num_channels is 5000, must be in [1, 4096]"),
            std::string::npos)
      << status.error_message();
}

TEST_F(SessionCalls, WorkspaceMustNotBeEmpty) {
  v1::SessionConfig config = SmallConfig();
  for (const double x : {0.1, 0.1}) config.mutable_limits()->add_workspace_min_m(x);
  for (const double x : {0.2, 0.1}) config.mutable_limits()->add_workspace_max_m(x);
  EXPECT_EQ(ViolatedFields(clients_.Create("s", config)),
            (Fields{"config.limits.workspace_max_m[1]"}));
}

TEST_F(SessionCalls, KalmanGainsMustBeAllThereAndFit) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_decoder()->mutable_kalman()->add_m0(1.0);
  Fields fields = ViolatedFields(clients_.Create("s", config));
  std::sort(fields.begin(), fields.end());
  EXPECT_EQ(fields, (Fields{"config.decoder.kalman.m0", "config.decoder.kalman.m1",
                            "config.decoder.kalman.m2"}));
}

TEST_F(SessionCalls, CreatedSessionShowsEveryEffectiveValue) {
  v1::SessionConfig config;
  config.set_num_channels(10);
  config.set_bin_width_ns(20'000'000);
  config.mutable_learning()->set_effect(v1::LEARNING_EFFECT_TRIAL_END);
  v1::Session session;
  ASSERT_TRUE(clients_.Create("", config, &session).ok());
  EXPECT_FALSE(session.session_id().empty());
  EXPECT_GT(session.create_time_unix_ns(), 0);
  EXPECT_TRUE(session.learning_enabled());
  EXPECT_EQ(session.config().num_dimensions(), 2u);
  EXPECT_EQ(session.config().decoder().snn().num_neurons(), 64u);
  EXPECT_EQ(session.config().decoder().snn().readout(), v1::SNN_READOUT_MIXTURE);
  EXPECT_EQ(session.config().learning().effect(), v1::LEARNING_EFFECT_TRIAL_END);
  EXPECT_EQ(session.config().watchdog().hold_after_ns(), 30'000'000);
  EXPECT_EQ(session.config().watchdog().stop_after_ns(), 100'000'000);

  // What is shown can be used to create the same session again.
  v1::Session again;
  ASSERT_TRUE(clients_.Create("again", session.config(), &again).ok());
  EXPECT_EQ(again.config().SerializeAsString(), session.config().SerializeAsString());
}

TEST_F(SessionCalls, KalmanSessionKeepsItsGains) {
  v1::SessionConfig config = SmallConfig();
  v1::KalmanConfig* kalman = config.mutable_decoder()->mutable_kalman();
  for (int i = 0; i < 4; ++i) kalman->add_m1(i);
  for (int i = 0; i < 2 * kChannels; ++i) kalman->add_m2(i);
  for (int i = 0; i < 2; ++i) kalman->add_m0(i);
  v1::Session session;
  ASSERT_TRUE(clients_.Create("s", config, &session).ok());
  EXPECT_EQ(session.config().decoder().kalman().m2(5), 5.0);
  EXPECT_EQ(session.config().decoder().kalman().m1(2), 2.0);
  EXPECT_EQ(session.config().decoder().kalman().initial_velocity_m_s_size(), 2);
}

TEST_F(SessionCalls, SameIdTwiceIsRefusedUntilItHasEnded) {
  CreateSmall("s");
  EXPECT_EQ(clients_.Create("s", SmallConfig()).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_FALSE(clients_.Get("s"));
  EXPECT_TRUE(clients_.Create("s", SmallConfig()).ok());
}

TEST_F(SessionCalls, NoMoreThanTheServerMayHold) {
  for (int i = 0; i < 16; ++i) CreateSmall(std::to_string(i));
  const grpc::Status status = clients_.Create("one-more", SmallConfig());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_NE(status.error_message().find("16"), std::string::npos);
  ASSERT_TRUE(clients_.End("3").ok());
  EXPECT_TRUE(clients_.Create("one-more", SmallConfig()).ok());
}

TEST_F(SessionCalls, ListsTheOldestFirst) {
  CreateSmall("b");
  CreateSmall("a");
  const auto sessions = clients_.List();
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].session_id(), "b");
}

/// Half a megabyte of settings: the matrices of a Kalman filter, for the session and its decoder.
v1::SessionConfig ConfigWithMatrices() {
  constexpr std::uint32_t kDimensions = 8, kManyChannels = 4'096;
  v1::SessionConfig config = SmallConfig();
  config.set_num_channels(kManyChannels);
  config.set_num_dimensions(kDimensions);
  v1::KalmanConfig& kalman = *config.mutable_decoder()->mutable_kalman();
  for (std::uint32_t i = 0; i < kDimensions; ++i) kalman.add_m0(0.0);
  for (std::uint32_t i = 0; i < kDimensions * kDimensions; ++i) kalman.add_m1(0.0);
  for (std::uint32_t i = 0; i < kDimensions * kManyChannels; ++i) kalman.add_m2(0.001);
  return config;
}

TEST_F(SessionCalls, ListIsCutIntoPagesThatEveryClientTakesAndWhatEndsMeanwhileHidesNothing) {
  for (int i = 0; i < 8; ++i) {
    const grpc::Status status = clients_.Create(std::to_string(i), ConfigWithMatrices());
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  const auto stub = v1::SessionService::NewStub(clients_.channel());
  std::string ids;
  v1::ListSessionsRequest request;
  int num_pages = 0;
  do {
    grpc::ClientContext context;
    v1::ListSessionsResponse page;
    ASSERT_TRUE(stub->ListSessions(&context, request, &page).ok());
    EXPECT_LT(page.ByteSizeLong(), 4u << 20) << "what gRPC's clients take unless told otherwise";
    for (const v1::Session& session : page.sessions()) ids += session.session_id();
    if (num_pages++ == 0) {
      ASSERT_TRUE(clients_.End("0").ok());
      ASSERT_TRUE(clients_.End(page.sessions().rbegin()->session_id()).ok());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_GT(num_pages, 1);
  EXPECT_EQ(ids, "01234567");
  EXPECT_EQ(clients_.List().size(), 6u);
}

TEST_F(SessionCalls, PageThatCannotBeIsRefusedByName) {
  const auto stub = v1::SessionService::NewStub(clients_.channel());
  grpc::ClientContext first, second;
  v1::ListSessionsRequest request;
  v1::ListSessionsResponse page;
  request.set_page_size(-1);
  EXPECT_EQ(ViolatedFields(stub->ListSessions(&first, request, &page)),
            std::vector<std::string>{"page_size"});
  request.set_page_size(1);
  request.set_page_token("x");
  EXPECT_EQ(ViolatedFields(stub->ListSessions(&second, request, &page)),
            std::vector<std::string>{"page_token"});
}

TEST_F(SessionCalls, EndStopsTheArmAndEndsEveryStream) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  auto watch = clients_.Watch("s");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  ASSERT_TRUE(clients_.End("s").ok());
  const auto last =
      ReadUntil(arm.get(), [](const auto& c) { return c.status() == v1::COMMAND_STATUS_STOPPED; });
  EXPECT_TRUE(last);
  EXPECT_TRUE(arm->Finish().ok());
  EXPECT_TRUE(watch->Finish().ok());
  EXPECT_TRUE(acquisition->Finish().ok());
}

TEST_F(SessionCalls, FreezingIsShownAtOnce) {
  CreateSmall("s");
  ASSERT_TRUE(clients_.SetLearning("s", false).ok());
  EXPECT_FALSE(clients_.Get("s")->learning_enabled());
  ASSERT_TRUE(clients_.SetLearning("s", true).ok());
  EXPECT_TRUE(clients_.Get("s")->learning_enabled());
}

TEST_F(SessionCalls, FrozenSessionLearnsNothing) {
  CreateSmall("s");
  ASSERT_TRUE(clients_.SetLearning("s", false).ok());
  auto acquisition = clients_.Acquire("s");
  for (std::uint64_t n = 1; n <= 5; ++n) {
    v1::AcquisitionChunk chunk = OneBin(n);
    const v1::StreamArmRequest state = ArmUpdateAt(static_cast<std::int64_t>(n - 1) * kWidth);
    *chunk.add_behavior()->mutable_arm_state() = state.update().state();
    *chunk.mutable_behavior(0)->mutable_target() = state.update().target();
    ASSERT_TRUE(Send(acquisition.get(), chunk));
  }
  EXPECT_EQ(clients_.Get("s")->statistics().learned_bin_count(), 0u);
  EXPECT_TRUE(clients_.Get("s")->statistics().has_mean_squared_error_m2_s2());
}

// The clock and ListSessions go through all sessions while these come and go.
TEST_F(SessionCalls, ComeAndGoWhileOthersGoThroughThem) {
  std::atomic<bool> over = false;
  std::thread looker([&] {
    Clients clients(server_.address());
    while (!over) clients.List();
  });
  std::vector<std::thread> makers;
  for (const std::string id : {"a", "b", "c"}) {
    makers.emplace_back([this, id] {
      Clients clients(server_.address());
      for (int i = 0; i < 100; ++i) {
        EXPECT_TRUE(clients.Create(id, SmallConfig()).ok());
        EXPECT_TRUE(clients.End(id).ok());
      }
    });
  }
  for (std::thread& maker : makers) maker.join();
  over = true;
  looker.join();
  EXPECT_TRUE(clients_.List().empty());
}

}  // namespace
}  // namespace efferent::test

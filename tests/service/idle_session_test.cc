// A client that died leaves its session: the server says since when, ends it after a while, and makes room for one of
// the same id.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

class IdleSession : public testing::Test {
 protected:
  explicit IdleSession(double end_idle_after_s = 0.0)
      : server_(Params(end_idle_after_s), {}, std::make_shared<LogEvents>()),
        clients_(server_.address()) {}
  static ServerParams Params(double end_idle_after_s) {
    ServerParams params = OnAFreePort();
    params.end_idle_after_s = end_idle_after_s;
    return params;
  }
  grpc::Status Replace(const std::string& id) {
    v1::CreateSessionRequest request;
    request.set_session_id(id);
    request.set_replace_idle(true);
    *request.mutable_config() = SmallConfig();
    v1::CreateSessionResponse response;
    grpc::ClientContext context;
    return v1::SessionService::NewStub(clients_.channel())
        ->CreateSession(&context, request, &response);
  }
  Server server_;
  Clients clients_;
};

class SoonEnded : public IdleSession {
 protected:
  SoonEnded() : IdleSession(0.1) {}
};

TEST_F(SoonEnded, EndsUnlessAStreamIsAttached) {
  ASSERT_TRUE(clients_.Create("streamed", SmallConfig()).ok());
  const auto source = clients_.Acquire("streamed");
  ASSERT_TRUE(clients_.Create("armed", SmallConfig()).ok());
  const auto arm = clients_.Arm("armed");
  ASSERT_TRUE(clients_.Create("left", SmallConfig()).ok());
  EXPECT_TRUE(Eventually([&] { return !clients_.Get("left"); }));
  EXPECT_TRUE(clients_.Get("streamed"));
  EXPECT_TRUE(clients_.Get("armed"));
  source->Cancel();
  EXPECT_TRUE(Eventually([&] { return !clients_.Get("streamed"); }));
  EXPECT_TRUE(clients_.Get("armed"));
}

TEST_F(IdleSession, SaysSinceWhenAStreamIsAttachedAndSinceWhenNoneIs) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  const v1::Session fresh = *clients_.Get("s");
  EXPECT_GE(fresh.acquisition_since_time_unix_ns(), fresh.create_time_unix_ns());
  EXPECT_FALSE(fresh.acquisition_attached());
  const auto source = clients_.Acquire("s");
  const v1::Session attached = *clients_.Get("s");
  EXPECT_GT(attached.acquisition_since_time_unix_ns(), fresh.acquisition_since_time_unix_ns());
  EXPECT_EQ(attached.arm_since_time_unix_ns(), fresh.arm_since_time_unix_ns());
  source->Cancel();
  ASSERT_TRUE(Eventually([&] { return !clients_.Get("s")->acquisition_attached(); }));
  EXPECT_GT(clients_.Get("s")->acquisition_since_time_unix_ns(),
            attached.acquisition_since_time_unix_ns());
}

TEST_F(IdleSession, IsReplacedOnRequest) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  const std::int64_t created = clients_.Get("s")->create_time_unix_ns();
  EXPECT_EQ(clients_.Create("s", SmallConfig()).error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_EQ(clients_.Get("s")->create_time_unix_ns(), created);
  EXPECT_TRUE(Replace("s").ok());
  EXPECT_NE(clients_.Get("s")->create_time_unix_ns(), created);
  EXPECT_EQ(clients_.List().size(), 1u);
  EXPECT_TRUE(Replace("new").ok());
}

TEST_F(IdleSession, IsNotReplacedWhileAStreamIsAttached) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  const auto arm = clients_.Arm("s");
  EXPECT_EQ(Replace("s").error_code(), grpc::StatusCode::ALREADY_EXISTS);
  EXPECT_TRUE(clients_.Get("s")->arm_attached());
}

}  // namespace
}  // namespace efferent::test

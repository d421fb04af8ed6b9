// A server that goes stops the arms first and tells everyone.
#include <chrono>

#include "tests/service/health_client.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Shutdown = ServiceTest;

TEST_F(Shutdown, ArmsAreStoppedAndStreamsEndUnavailable) {
  CreateSmall("s");
  auto arm = clients_.Arm("s");
  auto acquisition = clients_.Acquire("s");
  auto watch = clients_.Watch("s");
  auto echo = clients_.Echo();
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  server_.Shutdown();
  EXPECT_TRUE(
      ReadUntil(arm.get(), [](const auto& c) { return c.status() == v1::COMMAND_STATUS_STOPPED; }));
  for (const grpc::Status& status :
       {arm->Finish(), acquisition->Finish(), watch->Finish(), echo->Finish()}) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(status.error_message(), "server is shutting down");
  }
}

TEST_F(Shutdown, DoesNotWaitForAStreamThatWasNeverOpened) {
  auto call = clients_.AcquireUnopened();
  server_.Shutdown();
  // CANCELLED: gRPC's word for a call that the server had not taken up yet when it went.
  const grpc::StatusCode code = call->Finish().error_code();
  EXPECT_TRUE(code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::CANCELLED) << code;
}

TEST_F(Shutdown, SecondTimeDoesNothing) {
  server_.Shutdown();
  server_.Shutdown();
}

using Health = ServiceTest;

TEST_F(Health, EveryServiceIsServing) {
  HealthClient health(clients_.channel());
  EXPECT_EQ(health.Check(""), HealthClient::kServing);
  EXPECT_EQ(health.Check("efferent.v1.SessionService"), HealthClient::kServing);
  EXPECT_EQ(health.Check("efferent.v1.AcquisitionService"), HealthClient::kServing);
  EXPECT_EQ(health.Check("efferent.v1.ArmService"), HealthClient::kServing);
  EXPECT_EQ(health.Check("efferent.v1.DiagnosticsService"), HealthClient::kServing);
  EXPECT_FALSE(health.Check("efferent.v1.NoService"));
}

TEST_F(Health, WatchersHearOfTheShutdown) {
  HealthClient health(clients_.channel());
  auto watch = health.Watch("");
  EXPECT_EQ(watch->Read(), HealthClient::kServing);
  server_.Shutdown();
  EXPECT_EQ(watch->Read(), HealthClient::kNotServing);
}

}  // namespace
}  // namespace efferent::test

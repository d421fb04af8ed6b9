// A session in real time that would not get its processor time is refused, with the reason.
#include <gmock/gmock.h>

#include "efferent/v1/decoder.grpc.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

v1::SessionConfig RealTime(std::int64_t bin_width_ns) {
  v1::SessionConfig config = SmallConfig();
  config.set_bin_width_ns(bin_width_ns);
  config.mutable_timing()->set_real_time(true);
  return config;
}

class Admission : public testing::Test {
 protected:
  explicit Admission(double share = 0.4)
      : server_(Params(share), {}, std::make_shared<LogEvents>()), clients_(server_.address()) {}
  static ServerParams Params(double share) {
    ServerParams params = OnAFreePort();
    params.max_processor_share = share;
    return params;
  }
  Server server_;
  Clients clients_;
};

class NothingToGive : public Admission {
 protected:
  NothingToGive() : Admission(0.0) {}
};

TEST_F(Admission, SessionsInRealTimeReserveWhatTheyTakeAndGiveItBack) {
  v1::Session session;
  ASSERT_TRUE(clients_.Create("s", RealTime(20'000'000), &session).ok());
  EXPECT_GT(session.reserved_processor_share(), 0.0);
  EXPECT_LT(session.reserved_processor_share(), 0.1);
  EXPECT_EQ(server_.sessions().processor_budget().reserved(), session.reserved_processor_share());
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_TRUE(Eventually([&] { return server_.sessions().processor_budget().reserved() == 0.0; }));
}

TEST_F(Admission, ThoseThatDoNotFitAreRefusedUntilOneEnds) {
  grpc::Status status;
  int num_admitted = 0;
  // A bin of 1 ms takes more than a tenth of a processor to transport.
  while (num_admitted < 200) {
    status =
        clients_.Create(std::string("s").append(std::to_string(num_admitted)), RealTime(1'000'000));
    if (!status.ok()) break;
    ++num_admitted;
  }
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr("processors"), HasSubstr("server.max_processor_share")));
  EXPECT_GE(num_admitted, 1);
  v1::SessionConfig leisurely = RealTime(1'000'000);
  leisurely.mutable_timing()->set_real_time(false);
  EXPECT_TRUE(clients_.Create("leisurely", leisurely).ok()) << "nothing is promised to it";
  ASSERT_TRUE(clients_.End("s0").ok());
  EXPECT_TRUE(Eventually([&] { return clients_.Create("next", RealTime(1'000'000)).ok(); }));
}

TEST_F(Admission, SessionThatCannotMeetItsDeadlineIsRefused) {
  v1::SessionConfig config = RealTime(20'000'000);
  config.mutable_timing()->set_deadline_ns(1'000);
  const grpc::Status status = clients_.Create("s", config);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("timing.deadline_ns"));
  EXPECT_EQ(server_.sessions().processor_budget().reserved(), 0.0);
}

TEST_F(Admission, DecoderThatCannotMeetTheDeadlineDoesNotGetToDrive) {
  v1::SessionConfig config = RealTime(20'000'000);
  config.mutable_decoder()->mutable_nlms();
  config.mutable_timing()->set_deadline_ns(StepCost::kTransportNs + 50'000);
  ASSERT_TRUE(clients_.Create("s", config).ok());
  v1::DecoderConfig large;
  large.mutable_snn()->set_num_neurons(4096);
  const auto stub = v1::DecoderService::NewStub(clients_.channel());
  const auto expect_too_slow = [](const grpc::Status& status) {
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_message(),
                AllOf(HasSubstr("this decoder"), HasSubstr("timing.deadline_ns")));
  };
  {
    grpc::ClientContext context;
    v1::SwapDecoderRequest request;
    request.set_session_id("s");
    *request.mutable_decoder() = large;
    v1::SwapDecoderResponse response;
    expect_too_slow(stub->SwapDecoder(&context, request, &response));
  }
  {
    grpc::ClientContext context;
    v1::AddShadowRequest request;
    request.set_session_id("s");
    request.set_name("large");
    *request.mutable_decoder() = large;
    v1::AddShadowResponse response;
    EXPECT_TRUE(stub->AddShadow(&context, request, &response).ok()) << "it drives nothing";
  }
  {
    grpc::ClientContext context;
    v1::PromoteShadowRequest request;
    request.set_session_id("s");
    request.set_name("large");
    v1::PromoteShadowResponse response;
    expect_too_slow(stub->PromoteShadow(&context, request, &response));
  }
  EXPECT_TRUE(clients_.Get("s")->config().decoder().has_nlms());
}

TEST_F(NothingToGive, TakesOnlySessionsThatAreNotInRealTime) {
  EXPECT_EQ(clients_.Create("s", RealTime(20'000'000)).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(clients_.Create("s", SmallConfig()).ok());
}

}  // namespace
}  // namespace efferent::test

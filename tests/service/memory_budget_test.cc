// Sessions and decoders for which there is no memory are refused before they take it, with the figures.
#include <gmock/gmock.h>

#include "efferent/v1/decoder.grpc.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

v1::SessionConfig WithNeurons(std::uint32_t num_neurons) {
  v1::SessionConfig config = SmallConfig();
  config.mutable_decoder()->mutable_snn()->set_num_neurons(num_neurons);
  return config;
}

class MemoryLimit : public testing::Test {
 protected:
  MemoryLimit()
      : server_(Params(), {}, std::make_shared<LogEvents>()),
        clients_(server_.address()),
        decoders_(v1::DecoderService::NewStub(clients_.channel())) {}
  static ServerParams Params() {
    ServerParams params = OnAFreePort();
    params.max_memory_gigabytes = 0.2;
    return params;
  }
  double reserved() { return server_.sessions().memory_budget()->reserved(); }
  grpc::Status AddShadow(const std::string& name, std::uint32_t num_neurons) {
    grpc::ClientContext context;
    v1::AddShadowRequest request;
    request.set_session_id("s");
    request.set_name(name);
    request.mutable_decoder()->mutable_snn()->set_num_neurons(num_neurons);
    v1::AddShadowResponse response;
    return decoders_->AddShadow(&context, request, &response);
  }
  grpc::Status RemoveShadow(const std::string& name) {
    grpc::ClientContext context;
    v1::RemoveShadowRequest request;
    request.set_session_id("s");
    request.set_name(name);
    v1::RemoveShadowResponse response;
    return decoders_->RemoveShadow(&context, request, &response);
  }

  Server server_;
  Clients clients_;
  std::unique_ptr<v1::DecoderService::Stub> decoders_;
};

void ExpectRefused(const grpc::Status& status, const std::string& what) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(),
              AllOf(HasSubstr(what + " would take up to "), HasSubstr(" of 200.0 MB are promised"),
                    HasSubstr("server.max_memory_gigabytes")));
}

TEST_F(MemoryLimit, SessionThatDoesNotFitIsRefusedUntilOneEnds) {
  // 1,024 neurons: some 60 MB with the copies that learning needs.
  grpc::Status status;
  int num_admitted = 0;
  while (status.ok() && num_admitted < 10) {
    status =
        clients_.Create(std::string("s").append(std::to_string(num_admitted)), WithNeurons(1'024));
    num_admitted += status.ok();
  }
  EXPECT_GE(num_admitted, 1);
  ExpectRefused(status, "this session");
  EXPECT_TRUE(clients_.Create("small", WithNeurons(8)).ok());
  ASSERT_TRUE(clients_.End("s0").ok());
  EXPECT_TRUE(Eventually([&] { return clients_.Create("next", WithNeurons(1'024)).ok(); }));
}

TEST_F(MemoryLimit, SessionLargerThanTheMachineTakesNothing) {
  v1::SessionConfig config = WithNeurons(4'096);
  config.set_num_channels(4'096);
  ExpectRefused(clients_.Create("s", config), "this session");
  EXPECT_EQ(reserved(), 0.0);
}

TEST_F(MemoryLimit, DecodersCountAndGiveBackWhatTheyTook) {
  ASSERT_TRUE(clients_.Create("s", WithNeurons(8)).ok());
  const double before = reserved();
  ASSERT_TRUE(AddShadow("a", 1'024).ok());
  EXPECT_GT(reserved(), before + 20e6);
  ExpectRefused(AddShadow("b", 4'096), "this decoder");
  auto source = clients_.Acquire("s");
  ASSERT_TRUE(Send(source.get(), OneBin(1)));  // changes are carried out between bins
  ASSERT_TRUE(RemoveShadow("a").ok());
  ASSERT_TRUE(Send(source.get(), OneBin(2)));
  ASSERT_TRUE(AddShadow("c", 8).ok()) << "which destroys what was removed";
  EXPECT_LT(reserved(), before + 20e6);
}

TEST_F(MemoryLimit, NothingIsReservedOnceAllSessionsHaveEnded) {
  ASSERT_TRUE(clients_.Create("s", WithNeurons(64)).ok());
  ASSERT_TRUE(AddShadow("a", 64).ok());
  ASSERT_TRUE(clients_.End("s").ok());
  EXPECT_TRUE(Eventually([&] { return reserved() == 0.0; }));
}

}  // namespace
}  // namespace efferent::test

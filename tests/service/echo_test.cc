#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Echo = ServiceTest;

TEST_F(Echo, SendsBackTheSameBytes) {
  auto echo = clients_.Echo();
  for (const std::size_t size : {0u, 1u, 2'000u, 60'000u, 1u << 20}) {
    v1::EchoRequest request;
    request.set_payload(std::string(size, 'x'));
    ASSERT_TRUE(echo->Write(request));
    const auto response = echo->Read();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->payload(), request.payload());
  }
  echo->WritesDone();
  EXPECT_TRUE(echo->Finish().ok());
}

TEST_F(Echo, RefusesMoreThanOneMebibyte) {
  auto echo = clients_.Echo();
  v1::EchoRequest request;
  request.set_payload(std::string((1u << 20) + 1, 'x'));
  echo->Write(request);
  const grpc::Status status = echo->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ViolatedFields(status), std::vector<std::string>{"payload"});
}

TEST_F(Echo, MessageBeyondSixteenMebibytesIsRefusedByTheTransport) {
  auto echo = clients_.Echo();
  v1::EchoRequest request;
  request.set_payload(std::string((16u << 20) + 1, 'x'));
  echo->Write(request);
  EXPECT_FALSE(echo->Finish().ok());
}

}  // namespace
}  // namespace efferent::test

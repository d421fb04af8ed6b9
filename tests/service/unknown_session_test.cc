// Whoever names a session that does not exist is told so, with the field.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using UnknownSession = ServiceTest;

void ExpectNotFound(const grpc::Status& status) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_NE(status.error_message().find("`nobody`"), std::string::npos) << status.error_message();
  EXPECT_EQ(ViolatedFields(status), std::vector<std::string>{"session_id"});
}

TEST_F(UnknownSession, CallsSayNotFound) {
  ExpectNotFound(clients_.End("nobody"));
  ExpectNotFound(clients_.SetLearning("nobody", true));
  EXPECT_FALSE(clients_.Get("nobody"));
}

TEST_F(UnknownSession, AcquisitionStreamEndsWithNotFound) {
  auto call = clients_.AcquireUnopened();
  v1::StreamAcquisitionRequest request;
  request.mutable_open()->set_session_id("nobody");
  call->Write(request);
  ExpectNotFound(call->Finish());
}

TEST_F(UnknownSession, ArmStreamEndsWithNotFound) {
  auto call = clients_.ArmUnopened();
  v1::StreamArmRequest request;
  request.mutable_open()->set_session_id("nobody");
  call->Write(request);
  ExpectNotFound(call->Finish());
}

TEST_F(UnknownSession, WatchEndsWithNotFound) {
  ExpectNotFound(clients_.Watch("nobody")->Finish());
}

}  // namespace
}  // namespace efferent::test

// Streams whose messages come in the wrong order, or do not fit the session.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using MessageOrder = ServiceTest;
using Fields = std::vector<std::string>;

v1::StreamAcquisitionRequest Open(std::uint32_t num_channels, std::int64_t bin_width_ns) {
  v1::StreamAcquisitionRequest request;
  request.mutable_open()->set_session_id("s");
  request.mutable_open()->set_num_channels(num_channels);
  request.mutable_open()->set_bin_width_ns(bin_width_ns);
  return request;
}

void ExpectRefused(const grpc::Status& status, const Fields& fields) {
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ViolatedFields(status), fields) << status.error_message();
}

TEST_F(MessageOrder, ChunkBeforeOpen) {
  CreateSmall("s");
  auto call = clients_.AcquireUnopened();
  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = OneBin(1);
  call->Write(request);
  ExpectRefused(call->Finish(), {"chunk"});
}

TEST_F(MessageOrder, SecondOpen) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  call->Write(Open(kChannels, 0));
  ExpectRefused(call->Finish(), {"open"});
}

TEST_F(MessageOrder, EmptyMessage) {
  CreateSmall("s");
  auto call = clients_.Acquire("s");
  call->Write({});
  ExpectRefused(call->Finish(), {"message"});
}

TEST_F(MessageOrder, OpenWithOtherChannelsAndBinWidthNamesBoth) {
  CreateSmall("s");
  auto call = clients_.AcquireUnopened();
  call->Write(Open(kChannels + 1, kWidth + 1));
  ExpectRefused(call->Finish(), {"open.num_channels", "open.bin_width_ns"});
}

TEST_F(MessageOrder, ArmUpdateBeforeOpen) {
  auto call = clients_.ArmUnopened();
  call->Write(ArmUpdateAt(0));
  ExpectRefused(call->Finish(), {"update"});
}

TEST_F(MessageOrder, SecondArmOpen) {
  CreateSmall("s");
  auto call = clients_.Arm("s");
  v1::StreamArmRequest request;
  request.mutable_open()->set_session_id("s");
  call->Write(request);
  ExpectRefused(call->Finish(), {"open"});
}

TEST_F(MessageOrder, EmptyArmMessage) {
  CreateSmall("s");
  auto call = clients_.Arm("s");
  call->Write({});
  ExpectRefused(call->Finish(), {"message"});
}

}  // namespace
}  // namespace efferent::test

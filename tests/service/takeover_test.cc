// A newer stream of the same client takes over: a client that reconnects is not locked out by its own ghost. One of
// another client does only if it asks to.
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using Takeover = ServiceTest;

TEST_F(Takeover, OlderAcquisitionStreamIsAborted) {
  CreateSmall("s");
  auto older = clients_.Acquire("s");
  ASSERT_TRUE(Send(older.get(), OneBin(1)));
  auto newer = clients_.Acquire("s");
  EXPECT_EQ(older->Finish().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Send(newer.get(), OneBin(2)));
  // The older one's end did not stop the newer one's arm.
  EXPECT_EQ(clients_.Get("s")->statistics().stopped_count(), 0u);
  EXPECT_TRUE(clients_.Get("s")->acquisition_attached());
}

TEST_F(Takeover, OlderArmStreamIsAborted) {
  CreateSmall("s");
  auto older = clients_.Arm("s");
  auto newer = clients_.Arm("s");
  EXPECT_EQ(older->Finish().error_code(), grpc::StatusCode::ABORTED);
  auto acquisition = clients_.Acquire("s");
  ASSERT_TRUE(Send(acquisition.get(), OneBin(1)));
  EXPECT_TRUE(ReadUntil(newer.get(), [](const auto& c) { return c.bin_index() == 0; }));
  EXPECT_TRUE(clients_.Get("s")->arm_attached());
}

/// Opens a stream as a client of that name; returns how that ended, or nothing if it is attached.
template <class Request, class Call>
std::optional<grpc::Status> OpenAs(Call* call, Request request, const std::string& client,
                                   bool take_over = false) {
  request.mutable_open()->set_session_id("s");
  request.mutable_open()->set_client_id(client);
  request.mutable_open()->set_take_over(take_over);
  call->Write(request);
  const auto response = call->Read();
  if (response && response->has_opened()) return std::nullopt;
  return call->Finish();
}

v1::StreamAcquisitionRequest SmallSource() {
  v1::StreamAcquisitionRequest request;
  request.mutable_open()->set_num_channels(kChannels);
  return request;
}

TEST_F(Takeover, SourceOfAnotherClientIsRefusedUnlessItAsksToTakeOver) {
  CreateSmall("s");
  const auto first = clients_.AcquireUnopened();
  ASSERT_FALSE(OpenAs(first.get(), SmallSource(), "one"));
  ASSERT_TRUE(Send(first.get(), OneBin(1)));
  const auto other = clients_.AcquireUnopened();
  const auto refusal = OpenAs(other.get(), SmallSource(), "two");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_NE(refusal->error_message().find("another client streams to session `s`"),
            std::string::npos)
      << refusal->error_message();
  EXPECT_TRUE(Send(first.get(), OneBin(2))) << "it noticed nothing";

  const auto again = clients_.AcquireUnopened();
  EXPECT_FALSE(OpenAs(again.get(), SmallSource(), "one")) << "the same client has come back";
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::ABORTED);
  const auto forced = clients_.AcquireUnopened();
  EXPECT_FALSE(OpenAs(forced.get(), SmallSource(), "two", /*take_over=*/true));
  EXPECT_EQ(again->Finish().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Send(forced.get(), OneBin(3)));
}

TEST_F(Takeover, SourceOfAnotherClientIsTakenWhenTheFirstHasGone) {
  CreateSmall("s");
  const auto first = clients_.AcquireUnopened();
  ASSERT_FALSE(OpenAs(first.get(), SmallSource(), "one"));
  first->Cancel();
  ASSERT_TRUE(Eventually([&] { return !clients_.Get("s")->acquisition_attached(); }));
  const auto other = clients_.AcquireUnopened();
  EXPECT_FALSE(OpenAs(other.get(), SmallSource(), "two"));
}

TEST_F(Takeover, ArmOfAnotherClientIsRefusedUnlessItAsksToTakeOver) {
  CreateSmall("s");
  const auto first = clients_.ArmUnopened();
  ASSERT_FALSE(OpenAs(first.get(), v1::StreamArmRequest(), "one"));
  const auto other = clients_.ArmUnopened();
  const auto refusal = OpenAs(other.get(), v1::StreamArmRequest(), "two");
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const auto source = clients_.Acquire("s");
  ASSERT_TRUE(Send(source.get(), OneBin(1)));
  EXPECT_TRUE(ReadUntil(first.get(), [](const auto& c) { return c.bin_index() == 0; }))
      << "it noticed nothing";
  const auto forced = clients_.ArmUnopened();
  EXPECT_FALSE(OpenAs(forced.get(), v1::StreamArmRequest(), "two", /*take_over=*/true));
  EXPECT_EQ(first->Finish().error_code(), grpc::StatusCode::ABORTED);
}

TEST_F(Takeover, ClientIdThatIsTooLongIsRefusedByName) {
  CreateSmall("s");
  const std::string id(65, 'x');
  const auto source = clients_.AcquireUnopened();
  EXPECT_EQ(ViolatedFields(*OpenAs(source.get(), SmallSource(), id)),
            std::vector<std::string>{"open.client_id"});
  const auto arm = clients_.ArmUnopened();
  EXPECT_EQ(ViolatedFields(*OpenAs(arm.get(), v1::StreamArmRequest(), id)),
            std::vector<std::string>{"open.client_id"});
}

TEST_F(Takeover, ArmThatComesLateGetsTheCommandInForce) {
  CreateSmall("s");
  auto acquisition = clients_.Acquire("s");
  for (std::uint64_t n = 1; n <= 3; ++n) ASSERT_TRUE(Send(acquisition.get(), OneBin(n)));
  auto arm = clients_.Arm("s");
  const auto command = ReadUntil(arm.get(), [](const auto&) { return true; });
  ASSERT_TRUE(command);
  EXPECT_EQ(command->bin_index(), 2u);
  EXPECT_EQ(command->skipped_command_count(), 0u);
}

TEST_F(Takeover, ManyReconnectionsLeaveOneStream) {
  CreateSmall("s");
  std::vector<std::unique_ptr<AcquisitionCall>> calls;
  std::uint64_t n = 0;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(clients_.Acquire("s"));
    ASSERT_TRUE(Send(calls.back().get(), OneBin(++n)));
  }
  for (int i = 0; i < 19; ++i) {
    EXPECT_EQ(calls[static_cast<std::size_t>(i)]->Finish().error_code(), grpc::StatusCode::ABORTED);
  }
  EXPECT_EQ(clients_.Get("s")->applied_sequence_number(), 20u);
}

}  // namespace
}  // namespace efferent::test

// Making a session or a decoder may take seconds. Whoever does not wait for it any more gets nothing made, and
// nobody else waits meanwhile.
#include <gmock/gmock.h>

#include <future>
#include <mutex>

#include "efferent/v1/decoder.grpc.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::ElementsAre;

constexpr std::chrono::milliseconds kPatience{200};

/// Holds up whoever passes, until it is opened; at most a minute.
class Gate {
 public:
  void Pass() { opened_.wait_for(std::chrono::minutes(1)); }
  void Open() { open_.set_value(); }

 private:
  std::promise<void> open_;
  std::shared_future<void> opened_ = open_.get_future().share();
};

/// Writes down which sessions were created; whoever reports `held_up` waits at the gate.
class Creations final : public EventSink {
 public:
  Creations(Gate* gate, std::string held_up) : gate_(gate), held_up_(std::move(held_up)) {}
  void Record(SessionEventKind, std::string_view, std::string_view) override {}
  void SessionCreated(const v1::Session& session) override {
    if (session.session_id() == held_up_) gate_->Pass();
    const std::lock_guard lock(mutex_);
    ids_.push_back(session.session_id());
  }
  void SessionEnded(const v1::Session&, std::string_view) override {}
  std::vector<std::string> ids() {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  Gate* gate_;
  std::string held_up_;
  std::mutex mutex_;
  std::vector<std::string> ids_;
};

class GivenUp : public testing::Test {
 protected:
  explicit GivenUp(const std::string& held_up = "")
      : creations_(std::make_shared<Creations>(&gate_, held_up)),
        // Decoders `nlms` take as long as the gate is closed.
        server_(OnAFreePort(), {}, creations_,
                [this](const DecoderParams& params, const DecoderShape& shape) {
                  if (std::holds_alternative<NlmsParams>(params)) gate_.Pass();
                  return MakeDecoder(params, shape);
                }),
        clients_(server_.address()) {}

  /// A call of a client that waits for kPatience.
  template <class Service, class Request, class Response>
  grpc::Status Impatient(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                         Service* stub, const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kPatience);
    return (stub->*method)(&context, request, response);
  }
  grpc::Status CreateImpatiently(const std::string& id, const v1::SessionConfig& config) {
    v1::CreateSessionRequest request;
    request.set_session_id(id);
    *request.mutable_config() = config;
    v1::CreateSessionResponse response;
    const auto stub = v1::SessionService::NewStub(clients_.channel());
    return Impatient(&v1::SessionService::Stub::CreateSession, stub.get(), request, &response);
  }
  static v1::SessionConfig Slow(bool real_time) {
    v1::SessionConfig config = SmallConfig();
    config.mutable_decoder()->mutable_nlms();
    config.mutable_timing()->set_real_time(real_time);
    return config;
  }

  Gate gate_;
  std::shared_ptr<Creations> creations_;
  Server server_;
  Clients clients_;
};

TEST_F(GivenUp, CreationLeavesNothingAndHoldsNobodyUp) {
  for (const bool real_time : {false, true}) {
    const auto status = CreateImpatiently(real_time ? "r" : "s", Slow(real_time));
    EXPECT_EQ(status.error_code(), grpc::StatusCode::DEADLINE_EXCEEDED) << status.error_message();
  }
  // Both are being made still.
  EXPECT_TRUE(clients_.Create("other", SmallConfig()).ok());
  EXPECT_EQ(clients_.List().size(), 1u);
  gate_.Open();
  server_.Shutdown();  // after what was under way
  EXPECT_THAT(creations_->ids(), ElementsAre("other"));
  EXPECT_EQ(server_.sessions().processor_budget().reserved(), 0.0);
}

TEST_F(GivenUp, IdOfACreationThatWasGivenUpIsFree) {
  EXPECT_FALSE(CreateImpatiently("s", Slow(false)).ok());
  EXPECT_TRUE(clients_.Create("s", SmallConfig()).ok());
  gate_.Open();
  EXPECT_EQ(clients_.Get("s")->config().decoder().decoder_case(), v1::DecoderConfig::kSnn);
}

TEST_F(GivenUp, ChangeOfDecodersLeavesNothingAndHoldsNobodyUp) {
  ASSERT_TRUE(clients_.Create("s", SmallConfig()).ok());
  const auto stub = v1::DecoderService::NewStub(clients_.channel());
  v1::SwapDecoderRequest swap;
  swap.set_session_id("s");
  swap.mutable_decoder()->mutable_nlms();
  v1::SwapDecoderResponse swapped;
  EXPECT_FALSE(Impatient(&v1::DecoderService::Stub::SwapDecoder, stub.get(), swap, &swapped).ok());
  v1::AddShadowRequest add;
  add.set_session_id("s");
  add.set_name("slow");
  *add.mutable_decoder() = swap.decoder();
  v1::AddShadowResponse added;
  EXPECT_FALSE(Impatient(&v1::DecoderService::Stub::AddShadow, stub.get(), add, &added).ok());

  // Another change of the same session does not wait for them.
  add.set_name("quick");
  add.mutable_decoder()->mutable_rls();
  grpc::ClientContext context;
  const grpc::Status status = stub->AddShadow(&context, add, &added);
  EXPECT_TRUE(status.ok()) << status.error_message();
  gate_.Open();
  server_.Shutdown();  // after what was under way
  const v1::Session session = server_.sessions().Find("s")->Describe();
  EXPECT_EQ(session.config().decoder().decoder_case(), v1::DecoderConfig::kSnn);
  ASSERT_EQ(session.decoders_size(), 2);
  EXPECT_EQ(session.decoders(1).name(), "quick");
}

/// The answer is late, though the session is made: its creation takes its time to be written down.
class AnsweredTooLate : public GivenUp {
 protected:
  AnsweredTooLate() : GivenUp("late") {}
};

TEST_F(AnsweredTooLate, CreationIsUndone) {
  EXPECT_EQ(CreateImpatiently("late", SmallConfig()).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  EXPECT_TRUE(clients_.Get("late"));
  gate_.Open();
  EXPECT_TRUE(Eventually([&] { return clients_.List().empty(); }));
}

}  // namespace
}  // namespace efferent::test

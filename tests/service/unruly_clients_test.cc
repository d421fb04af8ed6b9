// Everything at once, from many threads: streams that open, break, take over and are cancelled,
// decoders that are exchanged, sessions that end and begin anew. Nothing crashes, and the counts of
// what is left add up.
#include <atomic>
#include <random>
#include <thread>

#include "efferent/v1/decoder.grpc.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

constexpr std::chrono::milliseconds kDuration{1'500};

class UnrulyClients : public ServiceTest {
 protected:
  /// Runs `work` again and again until the time is over, on a thread and a connection of its own.
  template <class Work>
  void Run(Work work) {
    const auto seed = static_cast<unsigned>(threads_.size() + 1);
    threads_.emplace_back([this, work, seed] {
      Clients clients(server_.address());
      std::mt19937 random(seed);
      while (!over_) work(&clients, &random);
    });
  }
  void RunThrough() {
    std::this_thread::sleep_for(kDuration);
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  static std::string AnyId(std::mt19937* random) {
    return std::string("s").append(std::to_string((*random)() % 3));
  }
  void CreateAll() {
    for (const char* id : {"s0", "s1", "s2"}) ASSERT_NO_FATAL_FAILURE(CreateSmall(id));
  }

  /// A source that goes on from what was applied; chunk n is bin n, so that all adds up. Now and then
  /// it leaves out a number, sends one again, or goes without a goodbye.
  static void Acquire(Clients* clients, std::mt19937* random) {
    auto call = clients->AcquireUnopened();
    v1::StreamAcquisitionRequest request;
    request.mutable_open()->set_session_id(AnyId(random));
    request.mutable_open()->set_num_channels(kChannels);
    request.mutable_open()->set_return_commands((*random)() % 2 == 0);
    call->Write(request);
    const auto opened = call->Read();
    if (!opened) return call->Cancel();
    std::uint64_t n = opened->opened().applied_sequence_number();
    for (auto left = (*random)() % 50; left > 0; --left) {
      const auto whim = (*random)() % 20;
      if (whim == 0) ++n;
      if (whim != 1) ++n;
      if (n > 0 && !Send(call.get(), OneBin(n))) break;
    }
    switch ((*random)() % 3) {
      case 0:
        return call->Cancel();
      case 1: {
        *request.mutable_chunk() = OneBin(n + 1);
        call->Write(request);  // and does not wait for the acknowledgement
        return call->Cancel();
      }
      default:
        call->WritesDone();
        call->Finish();
    }
  }
  static void Arm(Clients* clients, std::mt19937* random) {
    auto call = clients->ArmUnopened();
    v1::StreamArmRequest request;
    request.mutable_open()->set_session_id(AnyId(random));
    call->Write(request);
    if (!call->Read()) return;
    for (auto left = (*random)() % 20; left > 0; --left) {
      if (!call->Write(ArmUpdateAt(0, 0.01))) break;
    }
    call->Cancel();
  }
  static void Watch(Clients* clients, std::mt19937* random) {
    auto call = clients->Watch(AnyId(random));
    // Only the first message comes whatever the others do.
    if ((*random)() % 2 == 0) call->Read();
    call->Cancel();
  }
  static void ChangeDecoders(Clients* clients, std::mt19937* random) {
    const auto stub = v1::DecoderService::NewStub(clients->channel());
    const std::string id = AnyId(random);
    grpc::ClientContext context;
    switch ((*random)() % 4) {
      case 0: {
        v1::SwapDecoderRequest request;
        request.set_session_id(id);
        request.mutable_decoder()->mutable_rls();
        v1::SwapDecoderResponse response;
        stub->SwapDecoder(&context, request, &response);
        return;
      }
      case 1: {
        v1::AddShadowRequest request;
        request.set_session_id(id);
        request.set_name("shadow");
        v1::AddShadowResponse response;
        stub->AddShadow(&context, request, &response);
        return;
      }
      case 2: {
        v1::PromoteShadowRequest request;
        request.set_session_id(id);
        request.set_name("shadow");
        v1::PromoteShadowResponse response;
        stub->PromoteShadow(&context, request, &response);
        return;
      }
      default: {
        v1::RemoveShadowRequest request;
        request.set_session_id(id);
        request.set_name("shadow");
        v1::RemoveShadowResponse response;
        stub->RemoveShadow(&context, request, &response);
      }
    }
  }

  void ExpectCountsAddUp(const v1::Session& session) {
    const v1::SessionStatistics& statistics = session.statistics();
    EXPECT_EQ(session.applied_sequence_number(),
              statistics.decoded_bin_count() + statistics.missing_chunk_count())
        << "each chunk is a bin";
    EXPECT_EQ(statistics.missed_bin_count(), statistics.missing_chunk_count());
    EXPECT_EQ(static_cast<std::uint64_t>(session.decoded_until_ns() / kWidth),
              session.applied_sequence_number());
    EXPECT_EQ(statistics.fault_count(), 0u);
    EXPECT_EQ(statistics.late_event_count(), 0u);
    EXPECT_LE(statistics.learned_bin_count(), statistics.decoded_bin_count());
  }

  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

TEST_F(UnrulyClients, StreamsThatBreakAndTakeOverLeaveCountsThatAddUp) {
  CreateAll();
  for (int i = 0; i < 3; ++i) Run(Acquire);
  Run(Arm);
  Run(Watch);
  Run(ChangeDecoders);
  RunThrough();
  std::uint64_t num_decoded = 0;
  for (const char* id : {"s0", "s1", "s2"}) {
    ASSERT_TRUE(Eventually([&] {
      const auto session = clients_.Get(id);
      return !session->acquisition_attached() && !session->arm_attached();
    })) << "streams are attached that nobody holds";
    const auto session = clients_.Get(id);
    ExpectCountsAddUp(*session);
    num_decoded += session->statistics().decoded_bin_count();
    // And each goes on.
    auto call = clients_.Acquire(id, /*return_commands=*/true);
    const auto ack = Send(call.get(), OneBin(session->applied_sequence_number() + 1));
    ASSERT_TRUE(ack);
    EXPECT_EQ(ack->commands_size(), 1);
  }
  EXPECT_GT(num_decoded, 0u);
}

TEST_F(UnrulyClients, SessionsEndedUnderThemAreGoneAndTheServerGoesOn) {
  CreateAll();
  std::vector<std::weak_ptr<Session>> ended;
  for (int i = 0; i < 2; ++i) Run(Acquire);
  Run(Arm);
  Run(Watch);
  Run(ChangeDecoders);
  Run([&](Clients* clients, std::mt19937* random) {
    const std::string id = AnyId(random);
    if (const auto session = server_.sessions().Find(id)) ended.push_back(session);
    EXPECT_TRUE(clients->End(id).ok());
    EXPECT_TRUE(clients->Create(id, SmallConfig()).ok());
  });
  Run([](Clients* clients, std::mt19937* random) {
    clients->SetLearning(AnyId(random), (*random)() % 2 == 0);
    clients->List();
  });
  RunThrough();
  for (const char* id : {"s0", "s1", "s2"}) ASSERT_TRUE(clients_.End(id).ok());
  EXPECT_GT(ended.size(), 0u);
  EXPECT_TRUE(Eventually([&] {
    std::erase_if(ended, [](const auto& session) { return session.expired(); });
    return ended.empty();
  })) << ended.size()
      << " ended sessions live on";
  CreateSmall("after");
  auto call = clients_.Acquire("after");
  EXPECT_TRUE(Send(call.get(), OneBin(1)));
}

}  // namespace
}  // namespace efferent::test

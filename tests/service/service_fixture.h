#pragma once

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "efferent/v1/acquisition.grpc.pb.h"
#include "efferent/v1/arm.grpc.pb.h"
#include "efferent/v1/diagnostics.grpc.pb.h"
#include "efferent/v1/error.pb.h"
#include "efferent/v1/session.grpc.pb.h"
#include "server/log_events.h"
#include "server/server.h"

namespace efferent::test {

inline constexpr int kChannels = 4;
inline constexpr std::int64_t kWidth = 10'000'000;

/// A small session that is not in real time and whose watchdog therefore stays quiet, so that only the
/// tests about time depend on the machine's speed.
inline v1::SessionConfig SmallConfig() {
  v1::SessionConfig config;
  config.set_num_channels(kChannels);
  config.set_bin_width_ns(kWidth);
  config.mutable_decoder()->mutable_snn()->set_num_neurons(8);
  config.mutable_timing()->set_real_time(false);
  return config;
}

/// Chunk number `n` (from 1) of a stream with one bin a chunk; one spike on channel 0 in its
/// middle.
inline v1::AcquisitionChunk OneBin(std::uint64_t n) {
  v1::AcquisitionChunk chunk;
  chunk.set_sequence_number(n);
  chunk.set_complete_until_ns(static_cast<std::int64_t>(n) * kWidth);
  chunk.mutable_spike_events()->add_channel(0);
  chunk.mutable_spike_events()->add_time_ns(static_cast<std::int64_t>(n) * kWidth - kWidth / 2);
  chunk.set_client_send_time_ns(1'000 + static_cast<std::int64_t>(n));
  return chunk;
}

/// A bidirectional stream, used step by step.
template <class Request, class Response>
class Stream {
 public:
  using Call = grpc::ClientReaderWriter<Request, Response>;

  template <class Open>
  explicit Stream(Open&& open) : call_(open(&context_)) {}

  bool Write(const Request& request) { return call_->Write(request); }
  std::optional<Response> Read() {
    Response response;
    if (!call_->Read(&response)) return std::nullopt;
    return response;
  }
  void WritesDone() { call_->WritesDone(); }
  /// What the server ended the stream with; reads what is left.
  grpc::Status Finish() {
    while (Read()) {
    }
    return call_->Finish();
  }
  void Cancel() { context_.TryCancel(); }
  Call& call() { return *call_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<Call> call_;
};

using AcquisitionCall = Stream<v1::StreamAcquisitionRequest, v1::StreamAcquisitionResponse>;
using ArmCall = Stream<v1::StreamArmRequest, v1::StreamArmResponse>;
using EchoCall = Stream<v1::EchoRequest, v1::EchoResponse>;

class WatchCall {
 public:
  WatchCall(v1::SessionService::Stub* stub, const std::string& session_id) {
    v1::WatchSessionRequest request;
    request.set_session_id(session_id);
    call_ = stub->WatchSession(&context_, request);
  }
  std::optional<v1::WatchSessionResponse> Read() {
    v1::WatchSessionResponse response;
    if (!call_->Read(&response)) return std::nullopt;
    return response;
  }
  grpc::Status Finish() {
    while (Read()) {
    }
    return call_->Finish();
  }
  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchSessionResponse>> call_;
};

/// Clients of one server.
class Clients {
 public:
  explicit Clients(const std::string& address);

  grpc::Status Create(const std::string& id, const v1::SessionConfig& config,
                      v1::Session* session = nullptr);
  std::optional<v1::Session> Get(const std::string& id);
  std::vector<v1::Session> List();
  grpc::Status End(const std::string& id);
  grpc::Status SetLearning(const std::string& id, bool enabled);

  /// An open acquisition stream: `opened` has been read.
  std::unique_ptr<AcquisitionCall> Acquire(const std::string& id, bool return_commands = false,
                                           std::uint32_t num_channels = kChannels);
  /// A stream on which nothing has been sent.
  std::unique_ptr<AcquisitionCall> AcquireUnopened();
  /// An open arm stream: `opened` has been read.
  std::unique_ptr<ArmCall> Arm(const std::string& id);
  std::unique_ptr<ArmCall> ArmUnopened();
  std::unique_ptr<WatchCall> Watch(const std::string& id);
  std::unique_ptr<EchoCall> Echo();

  std::shared_ptr<grpc::Channel> channel() { return channel_; }

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::SessionService::Stub> sessions_;
  std::unique_ptr<v1::AcquisitionService::Stub> acquisition_;
  std::unique_ptr<v1::ArmService::Stub> arm_;
  std::unique_ptr<v1::DiagnosticsService::Stub> diagnostics_;
};

/// Sends a chunk and returns its acknowledgement; nothing if the stream was ended.
std::optional<v1::AcquisitionAck> Send(AcquisitionCall* call, const v1::AcquisitionChunk& chunk);

/// Reads commands until one satisfies `wanted`; nothing if the stream ends first.
std::optional<v1::Command> ReadUntil(ArmCall* call,
                                     const std::function<bool(const v1::Command&)>& wanted);

/// Waits until `condition` holds; false after 20 s, long past what any machine needs.
bool Eventually(const std::function<bool()>& condition);

/// The fields that a status complains about.
std::vector<std::string> ViolatedFields(const grpc::Status& status);

/// An arm update at `time_ns` with the arm at rest at (x, 0) and a target at (0.08, 0) m.
v1::StreamArmRequest ArmUpdateAt(std::int64_t time_ns, double x = 0.0);
/// Adds a trial event to an update.
void AddTrialEvent(v1::StreamArmRequest* request, v1::TrialEventKind kind,
                   std::uint32_t trial_index, const std::string& condition);

/// Settings of a server on a free port of the loopback.
ServerParams OnAFreePort();

/// Such a server.
class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest()
      : server_(OnAFreePort(), {}, std::make_shared<LogEvents>()), clients_(server_.address()) {}

  /// Creates session `id` with SmallConfig and asserts that it worked.
  void CreateSmall(const std::string& id) {
    const grpc::Status status = clients_.Create(id, SmallConfig());
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  Server server_;
  Clients clients_;
};

}  // namespace efferent::test

#include "tests/bench/chunk_round_trips.h"

#include <spdlog/fmt/fmt.h>

#include <atomic>
#include <limits>
#include <stdexcept>
#include <thread>
#include <utility>

#include "clients/load/own_connection.h"
#include "clients/session/bidi_call.h"
#include "clients/session/monotonic_clock.h"
#include "clients/session/session_client.h"
#include "efferent/v1/acquisition.grpc.pb.h"
#include "efferent/v1/arm.grpc.pb.h"

namespace efferent::bench {
namespace {

// Longer than any turn of the other systems.
constexpr std::int64_t kTurnNs = 600'000'000'000;

/// An acquisition stream, used as the client of the bare echo uses its own: the same calls on one
/// thread. (clients/session/acquisition_stream.h copies the chunk, which an echo does not.)
class ChunkStream {
 public:
  ChunkStream(const ServerConnection& connection, const v1::AcquisitionOpen& open,
              std::shared_ptr<const ChunkSource> source)
      : source_(std::move(source)),
        stub_(v1::AcquisitionService::NewStub(connection.grpc_channel())) {
    *request_.mutable_open() = open;
    call_ = std::make_unique<Call>(
        [this](grpc::ClientContext* context) { return stub_->StreamAcquisition(context); },
        request_, "cannot stream chunks", &response_);
  }

  void Prepare(std::int64_t bin) {
    bin_ = bin;
    source_->Write(bin, request_.mutable_chunk());
  }

  /// Sends the chunk and waits for its acknowledgement. Returns when it was sent, nanoseconds.
  std::int64_t Exchange() {
    const std::int64_t start_ns = MonotonicNs();
    request_.mutable_chunk()->set_client_send_time_ns(start_ns);
    if (!call_->Write(request_) || !call_->Read(&response_)) {
      throw RpcError(fmt::format("bin {}", bin_), call_->Finish());
    }
    return start_ns;
  }

  std::int64_t bin() const { return bin_; }
  const v1::AcquisitionAck& ack() const { return response_.ack(); }

 private:
  using Call = internal::BidiCall<v1::StreamAcquisitionRequest, v1::StreamAcquisitionResponse>;

  std::shared_ptr<const ChunkSource> source_;
  std::unique_ptr<v1::AcquisitionService::Stub> stub_;
  std::int64_t bin_ = -1;
  v1::StreamAcquisitionRequest request_;
  v1::StreamAcquisitionResponse response_;
  std::unique_ptr<Call> call_;
};

void RequireCommandOf(std::int64_t bin, const v1::AcquisitionAck& ack) {
  if (ack.commands_size() == 1 && ack.commands(0).status() == v1::COMMAND_STATUS_DECODED &&
      ack.commands(0).bin_index() == static_cast<std::uint64_t>(bin)) {
    return;
  }
  throw std::runtime_error(
      fmt::format("bin {} was answered with: {}", bin, ack.ShortDebugString()));
}

class ContractRoundTrip final : public RoundTrip {
 public:
  ContractRoundTrip(const ServerConnection& connection, std::shared_ptr<const ChunkSource> source)
      : stream_(connection, {}, std::move(source)) {}

  void Prepare(std::int64_t bin) override { stream_.Prepare(bin); }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = stream_.Exchange();
    const std::int64_t duration_ns = MonotonicNs() - start_ns;
    RequireCommandOf(stream_.bin(), stream_.ack());
    return duration_ns;
  }

 private:
  ChunkStream stream_;
};

/// A session that ends with this object.
class OwnSession {
 public:
  OwnSession(const ServerConnection& connection, const RoundTripCondition& condition,
             const RoundTripSession& session)
      : client_(connection) {
    v1::SessionConfig config;
    config.set_subject_code("bench");
    config.set_num_channels(static_cast<std::uint32_t>(condition.num_channels));
    config.set_bin_width_ns(condition.bin_width_ns);
    config.mutable_decoder()->mutable_snn();
    config.mutable_learning()->set_enabled(session.learning);
    config.mutable_learning()->set_label_source(v1::LABEL_SOURCE_TARGET);
    config.mutable_learning()->set_effect(v1::LEARNING_EFFECT_BIN);
    config.mutable_timing()->set_real_time(session.real_time);
    // While the others take their turns no arm needs to be stopped.
    config.mutable_watchdog()->set_hold_after_ns(kTurnNs);
    config.mutable_watchdog()->set_stop_after_ns(2 * kTurnNs);
    id_ = client_.Create("", config).session_id();
    open_.set_session_id(id_);
    open_.set_num_channels(config.num_channels());
    open_.set_bin_width_ns(config.bin_width_ns());
  }
  ~OwnSession() {
    try {
      client_.End(id_);
    } catch (const RpcError&) {
      // The server is gone, and the session with it.
    }
  }
  OwnSession(const OwnSession&) = delete;
  OwnSession& operator=(const OwnSession&) = delete;

  v1::AcquisitionOpen Open(bool return_commands) const {
    v1::AcquisitionOpen open = open_;
    open.set_return_commands(return_commands);
    return open;
  }
  const std::string& id() const { return id_; }

  v1::SessionStatistics Statistics() { return client_.Get(id_).statistics(); }

 private:
  SessionClient client_;
  std::string id_;
  v1::AcquisitionOpen open_;
};

class EfferentRoundTrip final : public RoundTrip {
 public:
  EfferentRoundTrip(const ServerConnection& connection, const RoundTripCondition& condition,
                    std::shared_ptr<const ChunkSource> source, const RoundTripSession& session)
      : session_(connection, condition, session),
        stream_(connection, session_.Open(/*return_commands=*/true), std::move(source)) {}

  void Prepare(std::int64_t bin) override { stream_.Prepare(bin); }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = stream_.Exchange();
    const std::int64_t duration_ns = MonotonicNs() - start_ns;
    RequireCommandOf(stream_.bin(), stream_.ack());
    return duration_ns;
  }
  std::optional<v1::SessionStatistics> Statistics() override { return session_.Statistics(); }

 private:
  OwnSession session_;
  ChunkStream stream_;
};

/// Commands of an arm stream over a connection of its own, read by a thread of its own.
class ArmReader {
 public:
  ArmReader(const std::string& address, const std::string& session_id) {
    stub_ = v1::ArmService::NewStub(load::OwnConnection(address));
    v1::StreamArmRequest open;
    open.mutable_open()->set_session_id(session_id);
    v1::StreamArmResponse opened;
    call_ = std::make_unique<Call>(
        [this](grpc::ClientContext* context) { return stub_->StreamArm(context); }, open,
        "cannot attach an arm", &opened);
    thread_ = std::thread([this] { Read(); });
  }
  ~ArmReader() {
    call_->Cancel();
    thread_.join();
  }
  ArmReader(const ArmReader&) = delete;
  ArmReader& operator=(const ArmReader&) = delete;

  /// Waits for the command of that bin. Returns when it came, nanoseconds.
  std::int64_t AwaitNs(std::int64_t bin) {
    std::int64_t newest = newest_bin_.load();
    while (newest < bin) {
      newest_bin_.wait(newest);
      newest = newest_bin_.load();
    }
    if (newest != bin) throw std::runtime_error(fmt::format("no command of bin {} came", bin));
    return received_ns_;
  }

 private:
  using Call = internal::BidiCall<v1::StreamArmRequest, v1::StreamArmResponse>;

  void Read() {
    v1::StreamArmResponse response;
    while (call_->Read(&response)) {
      received_ns_ = MonotonicNs();
      if (response.command().status() != v1::COMMAND_STATUS_DECODED) break;
      Publish(static_cast<std::int64_t>(response.command().bin_index()));
    }
    Publish(std::numeric_limits<std::int64_t>::max());
  }
  void Publish(std::int64_t bin) {
    newest_bin_.store(bin);
    newest_bin_.notify_one();
  }

  std::unique_ptr<v1::ArmService::Stub> stub_;
  std::unique_ptr<Call> call_;
  std::int64_t received_ns_ = 0;  // Of the newest bin; written before it.
  std::atomic<std::int64_t> newest_bin_ = -1;
  std::thread thread_;
};

class EfferentArmRoundTrip final : public RoundTrip {
 public:
  EfferentArmRoundTrip(const ServerConnection& connection, const RoundTripCondition& condition,
                       std::shared_ptr<const ChunkSource> source, const RoundTripSession& session)
      : session_(connection, condition, session),
        arm_(connection.address(), session_.id()),
        stream_(connection, session_.Open(/*return_commands=*/false), std::move(source)) {}

  void Prepare(std::int64_t bin) override { stream_.Prepare(bin); }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = stream_.Exchange();
    return arm_.AwaitNs(stream_.bin()) - start_ns;
  }
  std::optional<v1::SessionStatistics> Statistics() override { return session_.Statistics(); }

 private:
  OwnSession session_;
  ArmReader arm_;
  ChunkStream stream_;
};

}  // namespace

std::unique_ptr<RoundTrip> MakeContractRoundTrip(const ServerConnection& connection,
                                                 std::shared_ptr<const ChunkSource> source) {
  return std::make_unique<ContractRoundTrip>(connection, std::move(source));
}

std::unique_ptr<RoundTrip> MakeEfferentRoundTrip(const ServerConnection& connection,
                                                 const RoundTripCondition& condition,
                                                 std::shared_ptr<const ChunkSource> source,
                                                 const RoundTripSession& session,
                                                 bool on_arm_stream) {
  if (on_arm_stream) {
    return std::make_unique<EfferentArmRoundTrip>(connection, condition, std::move(source),
                                                  session);
  }
  return std::make_unique<EfferentRoundTrip>(connection, condition, std::move(source), session);
}

}  // namespace efferent::bench

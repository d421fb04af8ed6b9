#include "tests/bench/byte_round_trips.h"

#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "clients/session/bidi_call.h"
#include "clients/session/monotonic_clock.h"
#include "efferent/v1/diagnostics.grpc.pb.h"

namespace efferent::bench {
namespace {

void RequireSize(const std::string& system, std::size_t size, std::size_t expected) {
  if (size == expected) return;
  throw std::runtime_error(system + ": a reply has " + std::to_string(size) + " bytes, not " +
                           std::to_string(expected));
}

class TcpRoundTrip final : public RoundTrip {
 public:
  TcpRoundTrip(boost::asio::ip::tcp::socket* socket, std::shared_ptr<const ChunkSource> source)
      : socket_(socket), requests_(std::move(source), [](std::size_t) { return kFrameHeader; }) {}

  void Prepare(std::int64_t bin) override {
    requests_.Write(bin, &payload_);
    MakeFrame(payload_, &frame_);
  }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = MonotonicNs();
    boost::asio::write(*socket_, boost::asio::buffer(frame_));
    ReadFrame(*socket_, &payload_);
    const std::int64_t duration_ns = MonotonicNs() - start_ns;
    RequireSize("tcp", payload_.size(), requests_.reply_bytes());
    return duration_ns;
  }

 private:
  boost::asio::ip::tcp::socket* socket_;
  SizedRequests requests_;
  std::string payload_, frame_;
};

class RedisRoundTrip final : public RoundTrip {
 public:
  RedisRoundTrip(RedisLink* link, std::shared_ptr<const ChunkSource> source)
      : link_(link), requests_(std::move(source), [](std::size_t) { return std::size_t{0}; }) {}

  void Prepare(std::int64_t bin) override { requests_.Write(bin, &payload_); }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = MonotonicNs();
    const std::string& reply = link_->AppendAndAwait(kRedisRequests, payload_);
    const std::int64_t duration_ns = MonotonicNs() - start_ns;
    RequireSize("redis", reply.size(), requests_.reply_bytes());
    return duration_ns;
  }

 private:
  RedisLink* link_;
  SizedRequests requests_;
  std::string payload_;
};

// Tag and length of the message's only field.
std::size_t EchoOverhead(std::size_t message_bytes) {
  using google::protobuf::io::CodedOutputStream;
  return 1 + CodedOutputStream::VarintSize32(static_cast<std::uint32_t>(message_bytes));
}

class GrpcEchoRoundTrip final : public RoundTrip {
 public:
  GrpcEchoRoundTrip(const ServerConnection& connection, std::shared_ptr<const ChunkSource> source)
      : requests_(std::move(source), EchoOverhead),
        stub_(v1::DiagnosticsService::NewStub(connection.grpc_channel())) {
    Prepare(0);
    call_ = std::make_unique<Call>(
        [this](grpc::ClientContext* context) { return stub_->Echo(context); }, request_,
        "cannot measure the echo", &response_);
  }

  void Prepare(std::int64_t bin) override { requests_.Write(bin, request_.mutable_payload()); }
  std::int64_t RunNs() override {
    const std::int64_t start_ns = MonotonicNs();
    if (!call_->Write(request_) || !call_->Read(&response_)) {
      throw RpcError("grpc_echo", call_->Finish());
    }
    const std::int64_t duration_ns = MonotonicNs() - start_ns;
    RequireSize("grpc_echo", response_.payload().size(), requests_.reply_bytes());
    return duration_ns;
  }

 private:
  using Call = internal::BidiCall<v1::EchoRequest, v1::EchoResponse>;

  SizedRequests requests_;
  std::unique_ptr<v1::DiagnosticsService::Stub> stub_;
  v1::EchoRequest request_;
  v1::EchoResponse response_;
  std::unique_ptr<Call> call_;
};

}  // namespace

std::unique_ptr<RoundTrip> MakeTcpRoundTrip(boost::asio::ip::tcp::socket* socket,
                                            std::shared_ptr<const ChunkSource> source) {
  return std::make_unique<TcpRoundTrip>(socket, std::move(source));
}

std::unique_ptr<RoundTrip> MakeRedisRoundTrip(RedisLink* link,
                                              std::shared_ptr<const ChunkSource> source) {
  return std::make_unique<RedisRoundTrip>(link, std::move(source));
}

std::unique_ptr<RoundTrip> MakeGrpcEchoRoundTrip(const ServerConnection& connection,
                                                 std::shared_ptr<const ChunkSource> source) {
  return std::make_unique<GrpcEchoRoundTrip>(connection, std::move(source));
}

}  // namespace efferent::bench

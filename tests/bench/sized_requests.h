#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "efferent/v1/acquisition.pb.h"
#include "tests/bench/round_trip_condition.h"
#include "tests/bench/sized_payload.h"

namespace efferent::bench {

/// For systems that carry bytes: payloads such that their messages are as large as efferentd's, one
/// by one, in both directions. `overhead`: what a system adds to a payload to make a message of so
/// many bytes.
class SizedRequests {
 public:
  using Overhead = std::size_t (*)(std::size_t message_bytes);

  SizedRequests(std::shared_ptr<const ChunkSource> source, Overhead overhead)
      : source_(std::move(source)), overhead_(overhead) {}

  /// Writes the payload of bin `bin`.
  void Write(std::int64_t bin, std::string* payload) {
    source_->Write(bin, request_.mutable_chunk());
    request_.mutable_chunk()->set_client_send_time_ns(kSomeTimeNs);
    WriteAckFor(request_.chunk(), reply_.mutable_ack());
    reply_bytes_ = PayloadOf(reply_.ByteSizeLong());
    WritePayload(PayloadOf(request_.ByteSizeLong()), reply_bytes_, payload);
  }

  /// Bytes of the payload that must come back.
  std::size_t reply_bytes() const { return reply_bytes_; }

 private:
  // Of a machine that has been up for some hours: a number that takes as many bytes as any such.
  static constexpr std::int64_t kSomeTimeNs = 20'000'000'000'000;

  std::size_t PayloadOf(std::size_t message_bytes) const {
    return std::max(kMinPayload, message_bytes - overhead_(message_bytes));
  }

  std::shared_ptr<const ChunkSource> source_;
  Overhead overhead_;
  v1::StreamAcquisitionRequest request_;
  v1::StreamAcquisitionResponse reply_;
  std::size_t reply_bytes_ = 0;
};

}  // namespace efferent::bench

#include "clients/session/echo_probe.h"

#include <string>

#include "clients/session/monotonic_clock.h"

namespace efferent {

EchoProbe::EchoProbe(const ServerConnection& connection, std::size_t payload_bytes)
    : stub_(v1::DiagnosticsService::NewStub(connection.grpc_channel())) {
  request_.set_payload(std::string(payload_bytes, 'e'));
  call_ =
      std::make_unique<Call>([this](grpc::ClientContext* context) { return stub_->Echo(context); },
                             request_, "cannot measure the echo", &response_);
}

std::optional<std::int64_t> EchoProbe::MeasureNs() {
  const std::int64_t start_ns = MonotonicNs();
  if (!call_->Write(request_) || !call_->Read(&response_)) return std::nullopt;
  return MonotonicNs() - start_ns;
}

}  // namespace efferent

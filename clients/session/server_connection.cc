#include "clients/session/server_connection.h"

#include <grpc/impl/codegen/grpc_types.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <stdexcept>

#include "clients/session/reconnect_policy.h"
#include "clients/session/server_address.h"

namespace efferent {
namespace {

constexpr int kMaxMessageBytes = 16 << 20;
// How late a request to stop is noticed.
constexpr std::chrono::milliseconds kStopInterval{100};
// A server that is there answers sooner.
constexpr std::chrono::milliseconds kNoticeAfter{500};

grpc::ChannelArguments MakeArguments(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  // A watcher only reads: without this gRPC would stop asking after two pings.
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  const int first_delay_ms = static_cast<int>(ReconnectPolicy::kFirstDelay.count());
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, first_delay_ms);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, first_delay_ms);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(ReconnectPolicy::kMaxDelay.count()));
  if (IsLoopback(address)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return arguments;
}

}  // namespace

ServerConnection::ServerConnection(const std::string& address)
    : address_(CheckedServerAddress(address)),
      grpc_channel_(grpc::CreateCustomChannel(address_, grpc::InsecureChannelCredentials(),
                                              MakeArguments(address_))) {}

bool ServerConnection::WaitUntilReady(std::chrono::milliseconds timeout, const StopFlag& stop,
                                      const std::function<void(const std::string&)>& report) const {
  using Clock = std::chrono::system_clock;  // What gRPC's deadlines are made of.
  const Clock::time_point begin = Clock::now();
  const double timeout_s = std::chrono::duration<double>(timeout).count();
  bool was_reported = false;
  while (!stop.requested()) {
    const auto slice = std::min(begin + timeout, Clock::now() + kStopInterval);
    if (grpc_channel_->WaitForConnected(slice)) return true;
    const auto waited = Clock::now() - begin;
    if (waited >= timeout) {
      throw std::runtime_error(
          fmt::format("no Efferent server answers at {} (waited {:.1f} s){}", address_, timeout_s,
                      was_reported ? "" : ". " + AdviceWithoutServer(address_)));
    }
    if (waited >= kNoticeAfter && !was_reported) {
      was_reported = true;
      report(fmt::format("no Efferent server answers at {} yet; waiting for one up to {:g} s. {}",
                         address_, timeout_s, AdviceWithoutServer(address_)));
    }
  }
  return false;
}

}  // namespace efferent

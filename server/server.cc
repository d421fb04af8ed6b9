#include "server/server.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "server/connection_acceptor.h"
#include "server/heap_trimmer.h"
#include "server/machine_memory.h"
#include "server/metrics/metrics_endpoint.h"
#include "server/metrics/server_metrics.h"
#include "server/metrics/session_metrics.h"
#include "server/open_files.h"
#include "server/realtime/thread_settings.h"
#include "server/recording/resume.h"
#include "server/services/acquisition_service.h"
#include "server/services/active_streams.h"
#include "server/services/arm_service.h"
#include "server/services/decoder_service.h"
#include "server/services/diagnostics_service.h"
#include "server/services/recording_service.h"
#include "server/services/reflection_service.h"
#include "server/services/service_context.h"
#include "server/services/session_service.h"
#include "server/session/session_clock.h"

namespace efferent {
namespace {

constexpr int kMaxMessageBytes = 16 << 20;
constexpr int kFrameBytes = 1 << 20;
constexpr std::size_t kCallBytes = 512 << 20;
constexpr int kCallsPerConnection = 1'024;

std::size_t NumProcessors(const ServerParams& params) {
  if (!params.processors.empty()) return params.processors.size();
  return std::max(1u, std::thread::hardware_concurrency());
}

/// Full names of the services whose health is known.
std::vector<std::string> ServiceNames() {
  return {v1::SessionService::service_full_name(),     v1::DecoderService::service_full_name(),
          v1::AcquisitionService::service_full_name(), v1::ArmService::service_full_name(),
          v1::RecordingService::service_full_name(),   v1::DiagnosticsService::service_full_name()};
}

/// Those, and what the library brings.
std::vector<std::string> ReflectedNames() {
  std::vector<std::string> names = ServiceNames();
  names.insert(names.end(), {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"});
  return names;
}

double SessionMemoryBytes(const ServerParams& params) {
  constexpr double kShare = 0.75;
  if (params.max_memory_gigabytes > 0.0) return 1e9 * params.max_memory_gigabytes;
  return kShare * MachineMemoryBytes();
}

int KeepaliveMs(const ServerParams& params) { return static_cast<int>(params.keepalive_s * 1e3); }

/// Chunks are small, come at a steady pace and must not wait for anything.
void TuneForLatency(grpc::ServerBuilder* builder) {
  // Debian builds Abseil with its search for deadlocks on, so that each lock that gRPC takes is entered
  // into one graph of all threads.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // A chunk of thousands of spikes in one frame.
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_FRAME_SIZE, kFrameBytes);
}

/// What gRPC may take for messages and calls: calls that want more wait or are refused.
void BoundMemory(grpc::ServerBuilder* builder) {
  builder->SetResourceQuota(grpc::ResourceQuota("efferentd").Resize(kCallBytes));
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kCallsPerConnection);
}

/// Connections are few: those that are of no use go.
void CloseIdleConnections(grpc::ServerBuilder* builder) {
  // Whoever connects and does not speak HTTP/2.
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  // Whoever has no call under way: gRPC's clients connect anew when they need to.
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
}

}  // namespace

class Server::Impl {
 public:
  Impl(const ServerParams& params, const v1::SessionConfig& session_defaults,
       std::shared_ptr<EventSink> events, DecoderFactory make_decoder,
       std::shared_ptr<Recorder> recorder)
      : params_(params),
        threads_(params.realtime_priority, params.processors),
        sessions_(session_defaults, params.max_sessions,
                  std::make_shared<ProcessorBudget>(params.max_processor_share *
                                                    static_cast<double>(NumProcessors(params))),
                  make_decoder, events, recorder,
                  std::make_shared<MemoryBudget>(SessionMemoryBytes(params))),
        workers_(NumProcessors(params)),
        context_{&sessions_,
                 &streams_,
                 &workers_,
                 {params.max_chunk_bytes, params.max_chunk_events},
                 &threads_,
                 recorder.get(),
                 params.durability == DurabilityChoice::kFull,
                 make_decoder},
        recorder_(recorder),
        acceptor_(params.listen, ConnectionsThatFit(params.max_connections),
                  std::chrono::milliseconds(KeepaliveMs(params))),
        clock_(&io_, &sessions_, [this](std::int64_t now_ns) {
          streams_.CutStuck(now_ns);
          EndIdleSessions(now_ns);
        }) {
    if (!params.metrics_listen.empty()) {
      metrics_.emplace(params.metrics_listen,
                       MetricsEndpoint::Collectables{std::make_shared<ServerMetrics>(
                                                         &sessions_, events, recorder, &acceptor_),
                                                     std::make_shared<SessionMetrics>(&sessions_)});
    }
    if (recorder) {
      ResumeSessions(recorder.get(), params.resume_within_s, make_decoder, &sessions_);
    }
    Listen();
    clock_.Start();
    clock_thread_ = std::thread([this] {
      threads_.ApplyToClockThread();
      io_.run();
    });
    spdlog::info("up to {} connections, {:.1f} GB of memory for sessions",
                 acceptor_.max_connections(), 1e-9 * sessions_.memory_budget()->reservable());
    for (const std::string& refusal : threads_.refusals()) spdlog::warn("{}", refusal);
    spdlog::info("threads that decode: {}", threads_.Describe());
  }

  void Shutdown() {
    if (shut_down_.exchange(true)) return;
    if (auto* health = grpc_->GetHealthCheckService()) health->Shutdown();
    sessions_.ShutDown();
    streams_.Close();
    acceptor_.Stop();
    grpc_->Shutdown(
        std::chrono::system_clock::now() +
        std::chrono::nanoseconds(static_cast<std::int64_t>(params_.shutdown_grace_s * 1e9)));
    workers_.Join();
    io_.stop();
    clock_thread_.join();
    metrics_.reset();
  }

  const std::vector<std::string>& addresses() const { return acceptor_.addresses(); }
  const std::string& metrics_url() const {
    static const std::string none;
    return metrics_ ? metrics_->url() : none;
  }
  SessionRegistry& sessions() { return sessions_; }

 private:
  void EndIdleSessions(std::int64_t now_ns) {
    constexpr std::int64_t kLookEveryNs = 1'000'000'000;
    if (params_.end_idle_after_s == 0.0 || now_ns - looked_for_idle_at_ns_ < kLookEveryNs) return;
    looked_for_idle_at_ns_ = now_ns;
    // Not here: the state of a session that ends is saved.
    workers_.PostControl([this, now_ns] {
      sessions_.EndIdle(now_ns, static_cast<std::int64_t>(params_.end_idle_after_s * 1e9));
    });
  }

  void Listen() {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    const int keepalive_ms = KeepaliveMs(params_);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, keepalive_ms);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, keepalive_ms);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    // Clients probe too, also while nothing flows.
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1'000);
    TuneForLatency(&builder);
    CloseIdleConnections(&builder);
    BoundMemory(&builder);
    builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
    builder.SetMaxSendMessageSize(kMaxMessageBytes);
    builder.RegisterService(&session_service_);
    builder.RegisterService(&decoder_service_);
    builder.RegisterService(&acquisition_service_);
    builder.RegisterService(&arm_service_);
    builder.RegisterService(&recording_service_);
    builder.RegisterService(&diagnostics_service_);
    builder.RegisterService(&reflection_service_);
    takes_connections_ = builder.experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
    grpc_ = builder.BuildAndStart();
    if (!grpc_) throw std::runtime_error("gRPC does not start, and gives no reason");
    auto* health = grpc_->GetHealthCheckService();
    for (const std::string& service : ServiceNames()) health->SetServingStatus(service, true);
    acceptor_.Start([this](int listening_descriptor, int descriptor) {
      grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
      connection.listener_fd = listening_descriptor;
      connection.fd = descriptor;
      takes_connections_->HandleNewConnection(&connection);
    });
  }

  ServerParams params_;
  ThreadSettings threads_;
  SessionRegistry sessions_;
  ActiveStreams streams_;
  BackgroundWorkers workers_;
  ServiceContext context_;
  std::shared_ptr<Recorder> recorder_;
  SessionService session_service_{&context_};
  DecoderService decoder_service_{&context_};
  AcquisitionService acquisition_service_{&context_};
  ArmService arm_service_{&context_};
  RecordingService recording_service_{&context_};
  DiagnosticsService diagnostics_service_{&context_};
  ReflectionService reflection_service_{ReflectedNames()};
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> takes_connections_;
  std::unique_ptr<grpc::Server> grpc_;
  ConnectionAcceptor acceptor_;
  std::optional<MetricsEndpoint> metrics_;

  boost::asio::io_context io_{1};
  SessionClock clock_;
  std::int64_t looked_for_idle_at_ns_ = 0;  // the clock thread's
  HeapTrimmer heap_trimmer_;
  std::thread clock_thread_;
  std::atomic<bool> shut_down_ = false;
};

Server::Server(const ServerParams& params, const v1::SessionConfig& session_defaults,
               std::shared_ptr<EventSink> events, DecoderFactory make_decoder,
               std::shared_ptr<Recorder> recorder)
    : impl_(std::make_unique<Impl>(params, session_defaults, std::move(events),
                                   std::move(make_decoder), std::move(recorder))) {}

Server::~Server() { Shutdown(); }

const std::vector<std::string>& Server::addresses() const { return impl_->addresses(); }

const std::string& Server::metrics_url() const { return impl_->metrics_url(); }

SessionRegistry& Server::sessions() { return impl_->sessions(); }

void Server::Shutdown() { impl_->Shutdown(); }

}  // namespace efferent

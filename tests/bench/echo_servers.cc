#include "tests/bench/echo_servers.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "efferent/v1/acquisition.grpc.pb.h"
#include "efferent/v1/diagnostics.grpc.pb.h"
#include "tests/bench/redis_link.h"
#include "tests/bench/round_trip_condition.h"
#include "tests/bench/sized_payload.h"
#include "tests/bench/tcp_frame.h"

namespace efferent::bench {
namespace {

void SayListening(int port) {
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
}

void ServeTcp() {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  SayListening(acceptor.local_endpoint().port());
  tcp::socket socket = acceptor.accept();
  socket.set_option(tcp::no_delay(true));
  std::string payload, reply, frame;
  while (true) {
    ReadFrame(socket, &payload);
    WritePayload(ReplyBytes(payload), 0, &reply);
    MakeFrame(reply, &frame);
    boost::asio::write(socket, boost::asio::buffer(frame));
  }
}

/// Read, answer, read, ...: what a bidirectional stream of the callback API costs at least.
template <class Request, class Response>
class AnsweringStream final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  using Answer = void (*)(const Request&, Response*);

  explicit AnsweringStream(Answer answer) : answer_(answer) { this->StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::OK);
    answer_(request_, &response_);
    this->StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    this->StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  Answer answer_;
  Request request_;
  Response response_;
};

class EchoService final : public v1::DiagnosticsService::CallbackService {
  grpc::ServerBidiReactor<v1::EchoRequest, v1::EchoResponse>* Echo(
      grpc::CallbackServerContext*) override {
    return new AnsweringStream<v1::EchoRequest, v1::EchoResponse>(
        [](const v1::EchoRequest& request, v1::EchoResponse* response) {
          WritePayload(ReplyBytes(request.payload()), 0, response->mutable_payload());
        });
  }
};

class ContractService final : public v1::AcquisitionService::CallbackService {
  using Request = v1::StreamAcquisitionRequest;
  using Response = v1::StreamAcquisitionResponse;

  grpc::ServerBidiReactor<Request, Response>* StreamAcquisition(
      grpc::CallbackServerContext*) override {
    return new AnsweringStream<Request, Response>([](const Request& request, Response* response) {
      if (request.has_open()) {
        response->mutable_opened();
      } else {
        WriteAckFor(request.chunk(), response->mutable_ack());
      }
    });
  }
};

void ServeGrpc(grpc::Service* service) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  SayListening(port);
  server->Wait();
}

void RelayRedis(int port) {
  RedisLink link(port, kRedisRequests);
  SayListening(port);
  std::string reply;
  const std::string* request = &link.Await();
  while (true) {
    WritePayload(ReplyBytes(*request), 0, &reply);
    request = &link.AppendAndAwait(kRedisReplies, reply);
  }
}

}  // namespace

void AddEchoServers(CLI::App& app) {
  const auto add = [&app](const std::string& name, auto serve) {
    CLI::App* command = app.add_subcommand(name)->group("");  // hidden
    command->callback(serve);
    return command;
  };
  add("serve-tcp", ServeTcp);
  add("serve-grpc", [] {
    EchoService service;
    ServeGrpc(&service);
  });
  add("serve-contract", [] {
    ContractService service;
    ServeGrpc(&service);
  });
  const auto port = std::make_shared<int>(0);
  add("relay-redis", [port] { RelayRedis(*port); })->add_option("--port", *port)->required();
}

}  // namespace efferent::bench

#include "tests/programs/attack/raw_call.h"

#include <array>
#include <thread>

namespace efferent::test {
namespace {

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::chrono::system_clock::time_point In(std::chrono::milliseconds time) {
  return std::chrono::system_clock::now() + time;
}

void Drain(grpc::CompletionQueue* queue) {
  queue->Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue->Next(&tag, &ok);) {
  }
}

}  // namespace

grpc::Status Make(const RawCall& call, const std::shared_ptr<grpc::Channel>& channel) {
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  context.set_deadline(In(call.deadline));
  const auto stream = stub.PrepareCall(&context, call.method, &queue);
  const auto done = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  stream->StartCall(nullptr);
  bool is_open = done();
  for (std::size_t i = 0; i < call.messages.size() && is_open; ++i) {
    stream->Write(ToBuffer(call.messages[i]), nullptr);
    is_open = done();
  }
  if (is_open) {
    stream->WritesDone(nullptr);
    is_open = done();
  }
  std::this_thread::sleep_for(call.unread);
  while (is_open) {
    grpc::ByteBuffer answer;
    stream->Read(&answer, nullptr);
    is_open = done();
  }
  grpc::Status status;
  stream->Finish(&status, nullptr);
  done();
  Drain(&queue);
  return status;
}

void BeginAndCancel(const std::vector<RawCall>& calls,
                    const std::shared_ptr<grpc::Channel>& channel) {
  struct Begun {
    grpc::ClientContext context;
    std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream;
    grpc::Status status;
  };
  grpc::GenericStub stub(channel);
  grpc::CompletionQueue queue;
  std::vector<std::unique_ptr<Begun>> begun;
  for (const RawCall& call : calls) {
    auto& one = *begun.emplace_back(std::make_unique<Begun>());
    one.context.set_deadline(In(std::chrono::seconds(10)));
    one.stream = stub.PrepareCall(&one.context, call.method, &queue);
    one.stream->StartCall(nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    one.stream->Write(ToBuffer(call.messages.front()), nullptr);
    queue.Next(&tag, &ok);
    one.context.TryCancel();
  }
  for (const auto& one : begun) one->stream->Finish(&one->status, nullptr);
  Drain(&queue);
}

std::string NameOf(grpc::StatusCode code) {
  static constexpr std::array kNames = {"OK",
                                        "CANCELLED",
                                        "UNKNOWN",
                                        "INVALID_ARGUMENT",
                                        "DEADLINE_EXCEEDED",
                                        "NOT_FOUND",
                                        "ALREADY_EXISTS",
                                        "PERMISSION_DENIED",
                                        "RESOURCE_EXHAUSTED",
                                        "FAILED_PRECONDITION",
                                        "ABORTED",
                                        "OUT_OF_RANGE",
                                        "UNIMPLEMENTED",
                                        "INTERNAL",
                                        "UNAVAILABLE",
                                        "DATA_LOSS",
                                        "UNAUTHENTICATED"};
  const auto index = static_cast<std::size_t>(code);
  return index < kNames.size() ? kNames[index] : "no known code";
}

std::shared_ptr<grpc::Channel> OwnChannel(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace efferent::test

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include <memory>
#include <string>
#include <utility>

#include "efferent/v1/decoder.pb.h"
#include "efferent/v1/recording.pb.h"
#include "tests/programs/attack/attack_run.h"

namespace efferent::test {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

/// Every method of the contract, and of what comes with it.
std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* file :
       {v1::SessionConfig::descriptor()->file(), v1::Session::descriptor()->file(),
        v1::SwapDecoderRequest::descriptor()->file(), v1::AcquisitionChunk::descriptor()->file(),
        v1::ArmUpdate::descriptor()->file(), v1::Recording::descriptor()->file(),
        v1::EchoRequest::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

std::string PathOf(const MethodDescriptor& method) {
  return "/" + method.service()->full_name() + "/" + method.name();
}

/// Whether it changes nothing, so that it may be asked about the rigs.
bool OnlyLooks(const MethodDescriptor& method) {
  for (const char* verb : {"Get", "Watch", "Read", "Verify", "Export"}) {
    if (method.name().starts_with(verb)) return true;
  }
  return false;
}

/// Names a session or recording that exists, most of the time.
void NameSomething(Message* message, const MethodDescriptor& method, Random* random) {
  const std::string id = OnlyLooks(method) && Below(2, random) == 0
                             ? "rig" + std::to_string(Below(5, random))
                             : kVictims[Below(std::size(kVictims), random)];
  for (const char* name : {"session_id", "name", "recording"}) {
    const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(name);
    if (!field) continue;
    const bool is_shadow = std::string_view(name) == "name" &&
                           message->GetDescriptor()->FindFieldByName("session_id") != nullptr;
    message->GetReflection()->SetString(message, field, is_shadow ? "shadow" : id);
  }
}

/// A call that means something.
std::vector<std::unique_ptr<Message>> MakeSense(const MethodDescriptor& method, Random* random) {
  std::vector<std::unique_ptr<Message>> messages;
  const auto add = [&](const Message& message) {
    messages.emplace_back(message.New())->CopyFrom(message);
  };
  if (method.name() == "CreateSession") {
    v1::CreateSessionRequest request;
    request.set_session_id(kVictims[Below(std::size(kVictims), random)]);
    *request.mutable_config() = SmallConfig();
    add(request);
  } else if (method.name() == "StreamAcquisition") {
    v1::StreamAcquisitionRequest request;
    NameSomething(request.mutable_open(), method, random);
    request.mutable_open()->set_num_channels(kChannels);
    request.mutable_open()->set_take_over(Below(2, random) == 0);
    add(request);
    for (std::uint64_t n = 1 + Below(50, random); messages.size() < 5; ++n) {
      *request.mutable_chunk() = OneBin(n);
      add(request);
    }
  } else if (method.name() == "StreamArm") {
    v1::StreamArmRequest request;
    NameSomething(request.mutable_open(), method, random);
    request.mutable_open()->set_take_over(Below(2, random) == 0);
    add(request);
    for (int i = 0; i < 3; ++i) {
      request = ArmUpdateAt(i * kWidth);
      AddTrialEvent(&request, v1::TRIAL_EVENT_KIND_START, 1, "condition");
      add(request);
    }
  } else if (method.name() == "ImportDecoder") {
    v1::ImportDecoderRequest request;
    NameSomething(request.mutable_start(), method, random);
    request.mutable_start()->mutable_decoder()->set_state_size_bytes(1'000);
    add(request);
    request.set_state_piece(Noise(1'000, random));
    add(request);
  } else {
    const std::unique_ptr<Message> request(google::protobuf::MessageFactory::generated_factory()
                                               ->GetPrototype(method.input_type())
                                               ->New());
    NameSomething(request.get(), method, random);
    add(*request);
  }
  return messages;
}

RawCall AnyCall(Random* random, int max_spoilt) {
  static const std::vector<const MethodDescriptor*> methods = Methods();
  const MethodDescriptor& method = *methods[Below(methods.size(), random)];
  RawCall call{PathOf(method), {}};
  for (const auto& message : MakeSense(method, random)) {
    Spoil(message.get(), static_cast<int>(Below(static_cast<std::size_t>(max_spoilt) + 1, random)),
          random);
    call.messages.push_back(message->SerializePartialAsString());
  }
  return call;
}

/// There is something to call.
void MakeVictims(AttackRun* run) {
  Clients clients(run->server().address());
  for (const char* id : kVictims) clients.Create(id, SmallConfig());
}

void SendHostileValues(AttackRun* run) {
  MakeVictims(run);
  const auto channel = OwnChannel(run->server().address());
  run->Repeat(6, [&](Random* random) { run->Count(Make(AnyCall(random, 2), channel)); });
}

void SendMutatedBytes(AttackRun* run) {
  MakeVictims(run);
  const auto channel = OwnChannel(run->server().address());
  run->Repeat(6, [&](Random* random) {
    RawCall call = AnyCall(random, 0);
    for (std::string& message : call.messages) {
      const std::size_t how = Below(6, random);
      if (how == 0) message = Noise(Below(1 << 20, random), random);
      if (how > 2) message = Mutate(message, random);
    }
    if (Below(20, random) == 0) call.method += "X";
    run->Count(Make(call, channel));
  });
}

/// At a rate that costs a part of a processor; see SendGarbage, and for what is kept of more memory_given_back_test.cc.
void CancelCalls(AttackRun* run) {
  MakeVictims(run);
  const auto channel = OwnChannel(run->server().address());
  run->Repeat(1, [&](Random* random) {
    std::vector<RawCall> calls;
    for (int i = 0; i < 100; ++i) calls.push_back(AnyCall(random, 0));
    BeginAndCancel(calls, channel);
    run->Count("cancelled", calls.size());
    run->Pause(std::chrono::milliseconds(50));
  });
}

}  // namespace

std::vector<Attack> AttacksOnCalls() {
  return {{"hostile values", SendHostileValues},
          {"mutated bytes", SendMutatedBytes},
          {"cancelled calls", CancelCalls}};
}

}  // namespace efferent::test

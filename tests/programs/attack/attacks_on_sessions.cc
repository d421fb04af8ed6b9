#include <string>

#include "tests/programs/attack/attack_run.h"

namespace efferent::test {
namespace {

v1::SessionConfig AnyConfig(Random* random) {
  v1::SessionConfig config = SmallConfig();
  switch (Below(6, random)) {
    case 0:
      config.mutable_timing()->set_real_time(true);
      break;
    case 1:
      config.mutable_decoder()->mutable_snn()->set_num_neurons(1'024);
      break;
    case 2:
      config.set_num_channels(512);
      break;
    case 3:
      Spoil(&config, 3, random);
      break;
    default:
      config.mutable_decoder()->mutable_nlms();
  }
  return config;
}

/// Creates and ends, now and then with streams that nobody ends.
void CreateAndEnd(AttackRun* run) {
  run->Repeat(4, [&](Random* random) {
    Clients clients(run->server().address());
    for (int i = 0; i < 50 && !run->over(); ++i) {
      const std::string id = "flood" + std::to_string(Below(100, random));
      const grpc::Status status = clients.Create(id, AnyConfig(random));
      run->Count(status);
      std::unique_ptr<AcquisitionCall> source;
      if (status.ok() && Below(5, random) == 0) {
        source = clients.AcquireUnopened();
        v1::StreamAcquisitionRequest request;
        request.mutable_open()->set_session_id(id);
        request.mutable_open()->set_num_channels(kChannels);
        source->Write(request);
        *request.mutable_chunk() = OneBin(1);
        source->Write(request);
      }
      clients.End(id);
      if (source) source->Cancel();
    }
  });
}

/// Everything that a stream can carry, to sessions of the attacker's own, as fast as it goes.
void StreamNonsense(AttackRun* run) {
  Clients clients(run->server().address());
  for (const char* id : kVictims) clients.Create(id, SmallConfig());
  run->Repeat(4, [&](Random* random) {
    const std::string id = kVictims[Below(std::size(kVictims), random)];
    auto call = clients.AcquireUnopened();
    v1::StreamAcquisitionRequest request;
    request.mutable_open()->set_session_id(id);
    request.mutable_open()->set_num_channels(kChannels);
    request.mutable_open()->set_take_over(true);
    call->Write(request);
    const auto opened = call->Read();
    if (opened) {
      std::uint64_t n = opened->opened().applied_sequence_number();
      for (int i = 0; i < 30; ++i) {
        *request.mutable_chunk() = OneBin(++n);
        if (Below(10, random) == 0) Spoil(&request, 1, random);
        if (!call->Write(request)) break;
      }
    }
    if (Below(2, random) == 0) call->Cancel();
    call->WritesDone();
    run->Count(call->Finish());
  });
}

/// A second source and a second arm for each rig, neither of which asks to take over.
void PushIn(AttackRun* run) {
  Clients clients(run->server().address());
  run->Repeat(2, [&](Random* random) {
    const std::string id = "rig" + std::to_string(Below(5, random));
    if (Below(2, random) == 0) {
      auto call = clients.AcquireUnopened();
      v1::StreamAcquisitionRequest request;
      request.mutable_open()->set_session_id(id);
      request.mutable_open()->set_client_id("attacker");
      call->Write(request);
      *request.mutable_chunk() = OneBin(1);
      call->Write(request);
      call->WritesDone();
      run->Count(call->Finish());
    } else {
      auto call = clients.ArmUnopened();
      v1::StreamArmRequest request;
      request.mutable_open()->set_session_id(id);
      request.mutable_open()->set_client_id("attacker");
      call->Write(request);
      call->Write(ArmUpdateAt(0));
      call->WritesDone();
      run->Count(call->Finish());
    }
    run->Pause(std::chrono::milliseconds(1));
  });
}

}  // namespace

std::vector<Attack> AttacksOnSessions() {
  return {{"create and end", CreateAndEnd},
          {"nonsense in streams", StreamNonsense},
          {"second source and arm", PushIn}};
}

}  // namespace efferent::test

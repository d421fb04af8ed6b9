#include <list>
#include <string>

#include "tests/programs/attack/attack_run.h"
#include "tests/programs/attack/raw_socket.h"

namespace efferent::test {
namespace {

using std::chrono::milliseconds;

// More than the server has descriptors for.
constexpr int kCrowd = 400;

/// Waves of connections: some say nothing, some something; they stay for a while and go at once.
void Flood(AttackRun* run, const std::string& address) {
  run->Repeat(1, [&](Random* random) {
    std::list<RawSocket> crowd;
    for (int i = 0; i < kCrowd && !run->over(); ++i) {
      RawSocket& socket = crowd.emplace_back(address);
      run->Count(socket.is_open() ? "connected" : "not connected");
      if (Below(3, random) == 0) socket.Send(Http2Preface());
      if (Below(10, random) == 0) socket.Send(Noise(100, random));
    }
    run->Pause(milliseconds(Below(1'000, random)));
    crowd.clear();
    run->Pause(milliseconds(300));
  });
}

std::string Garbage(Random* random) {
  std::string bytes;
  switch (Below(7, random)) {
    case 0:
      return Noise(Below(10'000, random), random);
    case 1:
      return "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    case 2:  // frames of any kind and length, true or not
      bytes = Http2Preface();
      for (int i = 0; i < 50; ++i) {
        const std::string payload = Noise(Below(200, random), random);
        const auto length = static_cast<std::uint32_t>(
            Below(4, random) == 0 ? (*random)() & 0xffffff : payload.size());
        bytes += Http2Frame(length, static_cast<std::uint8_t>(Below(12, random)),
                            static_cast<std::uint8_t>((*random)()),
                            static_cast<std::uint32_t>(Below(8, random)), payload);
      }
      return bytes;
    case 3:  // streams that are reset as soon as they begin
      bytes = Http2Preface();
      for (std::uint32_t stream = 1; stream < 2'000; stream += 2) {
        bytes +=
            Http2Frame(3, 1, 4, stream, "\x83\x86\x84");  // :method POST, :scheme http, :path /
        bytes += Http2Frame(4, 3, 0, stream, std::string(4, '\0'));
      }
      return bytes;
    case 4:  // headers without an end
      bytes = Http2Preface() + Http2Frame(3, 1, 0, 1, "\x83\x86\x84");
      for (int i = 0; i < 200; ++i) bytes += Http2Frame(1'000, 9, 0, 1, std::string(1'000, '\x84'));
      return bytes;
    case 5:  // settings and pings, each of which asks for an answer
      bytes = Http2Preface();
      for (int i = 0; i < 2'000; ++i) {
        bytes += Http2Frame(0, 4, 0, 0, "") + Http2Frame(8, 6, 0, 0, std::string(8, 'p'));
      }
      return bytes;
    default:  // windows that overflow
      bytes = Http2Preface();
      for (int i = 0; i < 100; ++i) bytes += Http2Frame(4, 8, 0, 0, "\x7f\xff\xff\xff");
      return bytes;
  }
}

/// At a rate that costs the server a part of a processor: at full speed its two network threads have nothing else to
/// do, and rigs are stopped (docs/guides/safety.md).
void SendGarbage(AttackRun* run) {
  run->Repeat(1, [&](Random* random) {
    RawSocket socket(run->server().address());
    bool is_taken = socket.Send(Garbage(random));
    for (int i = 0; i < 5 && is_taken; ++i) {
      run->Pause(milliseconds(2));
      is_taken = socket.Discard();
    }
    run->Count(is_taken ? "still open" : "closed");
    run->Pause(milliseconds(50));
  });
}

/// Requests that never end, and requests that are none.
void BotherMetrics(AttackRun* run) {
  run->Repeat(2, [&](Random* random) {
    std::list<RawSocket> halves;
    for (int i = 0; i < 20; ++i) {
      RawSocket& socket = halves.emplace_back(run->server().metrics_address());
      switch (Below(4, random)) {
        case 0:
          socket.Send("GET /metr");
          break;
        case 1:
          socket.Send("GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + std::string(100'000, 'a'));
          break;
        case 2:
          socket.Send(Noise(1'000, random));
          break;
        default:  // whole, but the page is not read
          socket.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      run->Count(socket.is_open() ? "connected" : "not connected");
    }
    run->Pause(milliseconds(Below(500, random)));
  });
}

void FloodTcp(AttackRun* run) { Flood(run, run->server().address()); }
void FloodUnix(AttackRun* run) { Flood(run, run->server().unix_address()); }

/// Asks for much, and reads nothing of it.
void ReadNothing(AttackRun* run) {
  run->Repeat(4, [&](Random* random) {
    const auto channel = OwnChannel(run->server().address());
    const std::string rig = "rig" + std::to_string(Below(5, random));
    RawCall call;
    call.deadline = milliseconds(2'000);
    call.unread = milliseconds(1'000);
    v1::WatchSessionRequest watch;
    switch (Below(4, random)) {
      case 0:
        watch.set_session_id(rig);
        call.method = "/efferent.v1.SessionService/WatchSession";
        call.messages = {watch.SerializeAsString()};
        break;
      case 1:  // field 1, the name
        call.method = "/efferent.v1.RecordingService/ReadRecording";
        call.messages = {"\x0a\x04" + rig};
        break;
      case 2:
        call.method = "/efferent.v1.DiagnosticsService/Echo";
        for (int i = 0; i < 8; ++i) {
          v1::EchoRequest echo;
          echo.set_payload(Noise(1 << 20, random));
          call.messages.push_back(echo.SerializeAsString());
        }
        break;
      default:
        call.method = "/efferent.v1.SessionService/ListSessions";
        call.messages = {""};
    }
    run->Count(Make(call, channel));
  });
}

}  // namespace

std::vector<Attack> AttacksOnConnections() {
  return {{"flood of connections", FloodTcp},
          {"flood, Unix socket", FloodUnix},
          {"garbage on gRPC's port", SendGarbage},
          {"half requests to metrics", BotherMetrics},
          {"readers that do not read", ReadNothing}};
}

}  // namespace efferent::test

#include <signal.h>

#include <thread>

#include "tests/programs/attack/attack_run.h"
#include "tests/service/process_view.h"

namespace efferent::test {
namespace {

using std::chrono::milliseconds;

void SetStalled(AttackRun* run, bool stalled) {
  for (const auto& rig : run->rigs()) rig->SetStalled(stalled);
}

/// The server stands still for up to 2 s, then the sources do.
void StandStill(AttackRun* run) {
  SetStalled(run, true);
  run->Repeat(1, [&](Random* random) {
    const milliseconds length(300 + static_cast<int>(Below(1'700, random)));
    const bool is_server = Below(2, random) == 0;
    run->Count(is_server ? kServerStalls : "of sources");
    if (is_server) {
      kill(run->server().process_id(), SIGSTOP);
      std::this_thread::sleep_for(length);
      kill(run->server().process_id(), SIGCONT);
    } else {
      for (const auto& rig : run->rigs()) rig->Hold(Below(2, random) == 0);
      std::this_thread::sleep_for(length);
      for (const auto& rig : run->rigs()) rig->Hold(false);
    }
    std::this_thread::sleep_for(milliseconds(1'000));
  });
  SetStalled(run, false);
}

/// `efferent subject`, stopped again and again: a program that its user has suspended.
void SuspendClient(AttackRun* run) {
  RunningProgram subject("efferent", {"subject", "--server", run->server().address(), "--session",
                                      "suspended", "--population", "16"});
  if (!subject.Says("created session")) return run->Count("not admitted");
  run->Repeat(1, [&](Random* random) {
    kill(subject.process_id(), SIGSTOP);
    std::this_thread::sleep_for(milliseconds(Below(2'000, random)));
    kill(subject.process_id(), SIGCONT);
    std::this_thread::sleep_for(milliseconds(500));
    run->Count("suspended");
    if (LookAtProcess(subject.process_id()).resident_bytes == 0) {
      run->Fail("efferent subject has ended: " + subject.output());
    }
  });
}

void HangUp(AttackRun* run) {
  run->Repeat(1, [&](Random*) {
    kill(run->server().process_id(), SIGHUP);
    run->Count("SIGHUP");
    run->Pause(milliseconds(20));
  });
}

/// Whoever reads the log goes to sleep, or away, while there is much to log.
void LeaveLogUnread(AttackRun* run) {
  Clients clients(run->server().address());
  run->Repeat(1, [&](Random* random) {
    const auto state =
        Below(2, random) == 0 ? TargetServer::LogReader::kSleeps : TargetServer::LogReader::kGone;
    run->server().Set(state);
    for (int i = 0; i < 200 && !run->over(); ++i) {
      const std::string id = "log" + std::to_string(Below(1'000'000, random));
      run->Count(clients.Create(id, SmallConfig()));
      clients.End(id);
    }
  });
  run->server().Set(TargetServer::LogReader::kReads);
}

}  // namespace

std::vector<Attack> AttacksOnProcess() {
  return {{"stalls", StandStill, /*stalls=*/true},
          {"suspended client", SuspendClient},
          {"SIGHUP", HangUp},
          {"log unread", LeaveLogUnread}};
}

}  // namespace efferent::test

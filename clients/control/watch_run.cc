#include "clients/control/watch_run.h"

#include <chrono>
#include <cstdio>
#include <thread>

#include "clients/control/watch_view.h"
#include "clients/report/standard_output.h"
#include "clients/report/status_line.h"
#include "clients/session/errors.h"
#include "clients/session/message_json.h"
#include "clients/session/session_watch.h"
#include "clients/session/stop_flag.h"

namespace efferent::control {
namespace {

constexpr double kForeverS = 1e9;

// Cancels a watch when a stop is requested or its time is over.
class WatchLimit {
 public:
  WatchLimit(SessionWatch& watch, double seconds)
      : on_signal_(ProcessStopFlag(), [this] { over_.Request(); }),
        thread_([this, &watch, seconds] {
          const std::chrono::duration<double> time(seconds);
          over_.WaitFor(std::chrono::duration_cast<std::chrono::nanoseconds>(time));
          watch.Cancel();
        }) {}

  ~WatchLimit() {
    over_.Request();
    thread_.join();
  }

 private:
  StopFlag over_;
  StopFlag::Callback on_signal_;
  std::thread thread_;  // Last: it uses the others.
};

void PrintMessages(SessionWatch& watch) {
  while (const auto news = watch.Read()) {
    PrintLines(MessageJsonLine(*news) + '\n');
    FlushOutput();
  }
}

void ShowNews(SessionWatch& watch) {
  StatusLine line(stdout);
  WatchView view;
  bool any = false;
  while (const auto news = watch.Read()) {
    any = true;
    for (const std::string& text : view.Take(*news, std::chrono::steady_clock::now())) {
      line.Print(text);
    }
    if (line.IsDue()) line.Show(view.Status());
  }
  if (any) line.Finish(view.Status());
}

}  // namespace

void FollowSession(const ServerConnection& connection, const std::string& session_id,
                   std::optional<double> seconds, bool json) {
  SessionWatch watch(connection, session_id);
  const WatchLimit limit(watch, seconds.value_or(kForeverS));
  if (json) {
    PrintMessages(watch);
  } else {
    ShowNews(watch);
  }
  const grpc::Status status = watch.Finish();
  if (status.error_code() == grpc::StatusCode::CANCELLED) return;  // By us.
  if (!status.ok()) throw RpcError("cannot follow session `" + session_id + "`", status);
  if (!json) Print("session {} has ended\n", session_id);
}

}  // namespace efferent::control

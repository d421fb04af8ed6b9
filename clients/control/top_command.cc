#include "clients/control/top_command.h"

#include <spdlog/fmt/fmt.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "clients/control/server_options.h"
#include "clients/control/terminal_screen.h"
#include "clients/control/top_view.h"
#include "clients/report/named_choice.h"
#include "clients/report/standard_output.h"
#include "clients/report/terminal_text.h"
#include "clients/session/errors.h"
#include "clients/session/reconnect_policy.h"
#include "clients/session/session_client.h"
#include "clients/session/stop_flag.h"

namespace efferent {
namespace {

using control::ServerLook;
using control::ServerOptions;
using control::TerminalScreen;
using control::TextSize;
using control::TopOrder;
using control::TopView;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

struct TopOptions {
  ServerOptions server;
  double interval_s = 1.0;
  TopOrder order = TopOrder::kAlarms;
  bool once = false;

  milliseconds interval() const { return milliseconds(std::llround(1e3 * interval_s)); }
};

constexpr milliseconds kCallTimeout{2000};
// How late a request to stop is noticed: signals may arrive on any thread, and interrupt no wait.
constexpr milliseconds kStopInterval{50};

constexpr const char* kColumns = R"(Columns:
  status           of the latest command: DECODED, HELD, STOPPED, FAULT
  bins/s           decoded since the last look
  rms m/s          error of the decoded velocity, slow running average
  respond us       from a chunk's arrival to its commands handed over: p50/p99 since the session's creation
  missed           commands later than the session's deadline: since the last look/in all
  lost/late/twice  chunks missing/of those, come too late/come twice
  late spikes      come after their bin had been decoded
  cpu              processors that the session's chunks took since the last look, without the transport
  firing Hz        mean rate of the decoder's own neurons
  weights          norm of the decoder's weights

Keys: j and k, arrows, page up and down, g and G scroll; a, i, r, l, m sort by alarms, id, rate, latency,
missed deadlines; q quits.

Colours are left out where NO_COLOR is set; a terminal that cannot move its cursor (TERM=dumb) gets one view.)";

void Look(SessionClient& client, TopView* view) {
  ServerLook look{client.List(kCallTimeout), Clock::now()};
  view->before = std::exchange(view->now, std::move(look));
  view->trouble.clear();
}

// Two looks: what is per second needs them.
void PrintOnce(SessionClient& client, const TopOptions& options, TopView view) {
  Look(client, &view);
  if (ProcessStopFlag().WaitFor(options.interval())) return;
  Look(client, &view);
  Print("{}\n", RenderTop(view, std::nullopt, /*coloured=*/false));
}

// Changes what is shown as a key says. Returns whether that is a key.
bool TakeKey(char key, const TextSize& size, TopView* view) {
  const int page = NumRowsShown(*view, size);
  const int last = std::max(0, (view->now ? view->now->answer.sessions_size() : 0) - page);
  const auto scroll_to = [&](int row) { view->first_row = std::clamp(row, 0, last); };
  const auto sort_by = [&](TopOrder order) {
    view->order = order;
    view->first_row = 0;
  };
  switch (key) {
    case 'j':
      return scroll_to(view->first_row + 1), true;
    case 'k':
      return scroll_to(view->first_row - 1), true;
    case 'f':
    case ' ':
      return scroll_to(view->first_row + page), true;
    case 'b':
      return scroll_to(view->first_row - page), true;
    case 'g':
      return scroll_to(0), true;
    case 'G':
      return scroll_to(last), true;
    case 'a':
      return sort_by(TopOrder::kAlarms), true;
    case 'i':
      return sort_by(TopOrder::kId), true;
    case 'r':
      return sort_by(TopOrder::kRate), true;
    case 'l':
      return sort_by(TopOrder::kLatency), true;
    case 'm':
      return sort_by(TopOrder::kMissed), true;
    default:
      return false;
  }
}

// Takes keys until `time`. Returns whether to go on.
bool WaitUntil(Clock::time_point time, TerminalScreen* screen, TopView* view) {
  while (!ProcessStopFlag().requested()) {
    const auto left = std::chrono::ceil<milliseconds>(time - Clock::now());
    if (left <= milliseconds::zero()) return true;
    const auto key = screen->WaitForKey(std::min(left, kStopInterval));
    if (key == 'q') return false;
    if (key && TakeKey(*key, screen->size(), view)) {
      screen->Draw(RenderTop(*view, screen->size(), WantsColours()));
    }
  }
  return false;
}

void ShowLive(SessionClient& client, const TopOptions& options, TopView view) {
  TerminalScreen screen;
  ReconnectPolicy lost(std::chrono::years(1));
  Clock::time_point next = Clock::now();
  do {
    try {
      Look(client, &view);
      lost.OnSuccess();
      next = view.now->time + options.interval();
    } catch (const RpcError& e) {
      const auto now = Clock::now();
      const double seconds =
          view.now ? std::chrono::duration<double>(now - view.now->time).count() : 0.0;
      view.trouble = fmt::format("no answer for {:.0f} s, trying again: {}", seconds, e.what());
      next = now + lost.NextDelay(now).value_or(ReconnectPolicy::kMaxDelay);
    }
    screen.Draw(RenderTop(view, screen.size(), WantsColours()));
  } while (WaitUntil(next, &screen, &view));
}

void RunTop(const TopOptions& options) {
  SessionClient client(Connect(options.server));
  TopView view;
  view.address = options.server.address;
  view.order = options.order;
  if (options.once || !HasCursor(stdout)) {
    PrintOnce(client, options, std::move(view));
  } else {
    ShowLive(client, options, std::move(view));
  }
}

}  // namespace

void AddTopCommand(CLI::App& app) {
  CLI::App* command = app.add_subcommand("top", "Watch all sessions of a server, live.");
  command->footer(kColumns);
  const auto options = std::make_shared<TopOptions>();
  AddServerOptions(command, &options->server);
  command->add_option("--interval", options->interval_s, "Time between two looks, seconds")
      ->check(CLI::Range(0.05, 3600.0))
      ->capture_default_str();
  command
      ->add_option("--sort", options->order,
                   "Order of the sessions; all but `id` have the largest first. `alarms`: FAULT, "
                   "STOPPED, HELD, deadlines missed since the last look, then by id")
      ->transform(NamedChoice<TopOrder>({{"alarms", TopOrder::kAlarms},
                                         {"id", TopOrder::kId},
                                         {"rate", TopOrder::kRate},
                                         {"latency", TopOrder::kLatency},
                                         {"missed", TopOrder::kMissed}}))
      ->default_str("alarms");
  command->add_flag("--once", options->once,
                    "Print one view, uncut and without colours. So without being told if standard "
                    "output is no terminal");
  command->callback([options] { RunTop(*options); });
}

}  // namespace efferent

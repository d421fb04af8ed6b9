#include "clients/demo/demo_run.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "clients/demo/demo_report.h"
#include "clients/session/errors.h"
#include "clients/session/session_client.h"

namespace efferent::demo {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{50};
// Ends of a child that was asked to end; the server says goodbye to its clients first.
constexpr milliseconds kGrace{4000};
constexpr double kStartTimeoutS = 20.0;
constexpr int kTailLines = 15;
constexpr const char* kListening = "listening on ";

}  // namespace

DemoRun::DemoRun(const DemoOptions& options, StopFlag& stop)
    : options_(options),
      stop_(stop),
      out_dir_(options.out_dir),
      own_program_(std::filesystem::read_symlink("/proc/self/exe")),
      phases_(DemoPhases(options)) {}

DemoRun::~DemoRun() {
  EndAll();
  monitor_.reset();
  std::error_code ignored;
  if (!data_dir_.empty()) std::filesystem::remove_all(data_dir_, ignored);
}

std::vector<ResultRow> DemoRun::Run(const std::optional<std::string>& nwb_path) {
  const std::string address = StartServer(nwb_path.has_value());
  const ServerConnection connection(address);
  StartSubject(address);
  WaitForSession(address);
  monitor_ = std::make_unique<SessionMonitor>(connection, session_id_);
  StartArm(address);
  FollowUntilTheArmIsDone(*children_.back());
  line_.Finish(Status());

  // The end of the session ends the subject, which then writes what it measured.
  SessionClient(connection).End(session_id_);
  ChildProcess& subject = *children_[1];
  subject.WaitOrKill(kGrace);
  if (subject.exit_status() != 0) FailWith(subject, "did not end well");
  if (nwb_path) Export(address, *nwb_path);
  const std::string protocol = options_.fast ? "lockstep" : "realtime";
  return JoinRows(ReadResultRows(out_dir_ / "arm.json"), ReadResultRows(out_dir_ / "subject.json"),
                  options_.decoder, protocol);
}

std::string DemoRun::StartServer(bool records) {
  const std::filesystem::path program = options_.server_program.empty()
                                            ? own_program_.parent_path() / "efferentd"
                                            : std::filesystem::path(options_.server_program);
  std::vector<std::string> arguments = {"--listen", "127.0.0.1:0"};
  if (records) {
    // A folder of its own: others may lie beside it, and a server would go on with the session of a demo that was killed.
    std::string name = (out_dir_ / "data-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
      throw std::system_error(errno, std::generic_category(), "cannot make a folder " + name);
    }
    data_dir_ = name;
    arguments.insert(arguments.end(), {"--data-dir", data_dir_.string()});
  }
  ChildProcess& server = Start("efferentd", program, arguments);
  while (true) {
    const std::string log = server.ReadLog();
    const std::size_t begin = log.find(kListening);
    const std::size_t end = log.find('\n', begin);
    if (begin != std::string::npos && end != std::string::npos) {
      const std::size_t address = begin + std::string(kListening).size();
      return log.substr(address, end - address);
    }
    if (wall_s() > kStartTimeoutS) FailWith(server, "does not listen");
    Tick(milliseconds(10));
  }
}

void DemoRun::StartSubject(const std::string& address) {
  std::vector<std::string> arguments = {"subject",
                                        "--server",
                                        address,
                                        "--session",
                                        session_id_,
                                        "--user",
                                        options_.user,
                                        "--learn-from",
                                        options_.learn_from,
                                        "--decoder",
                                        options_.decoder,
                                        "--seed",
                                        std::to_string(options_.seed),
                                        "--json",
                                        (out_dir_ / "subject.json").string()};
  if (!options_.population.empty()) {
    arguments.insert(arguments.end(), {"--population", options_.population});
  }
  for (const DemoPhase& phase : phases_) {
    if (phase.loss == 0.0) continue;
    arguments.insert(arguments.end(),
                     {"--perturb", fmt::format("{}:loss={}", phase.name, phase.loss)});
  }
  if (options_.fast) arguments.push_back("--lockstep");
  if (options_.overwrite) arguments.push_back("--overwrite");
  Start("subject", own_program_, arguments);
}

void DemoRun::StartArm(const std::string& address) {
  std::vector<std::string> arguments = {"arm",
                                        "--server",
                                        address,
                                        "--session",
                                        session_id_,
                                        "--seed",
                                        std::to_string(options_.seed),
                                        "--json",
                                        (out_dir_ / "arm.json").string()};
  for (const DemoPhase& phase : phases_) {
    if (phase.num_trials == 0) continue;
    arguments.insert(arguments.end(), {"--phase", phase.ArmArgument()});
  }
  if (options_.fast) arguments.push_back("--lockstep");
  if (options_.overwrite) arguments.push_back("--overwrite");
  if (options_.render) {
    arguments.insert(arguments.end(), {"--render", (out_dir_ / "frames").string()});
  }
  Start("arm", own_program_, arguments);
}

ChildProcess& DemoRun::Start(const std::string& name, const std::filesystem::path& program,
                             const std::vector<std::string>& arguments) {
  children_.push_back(
      std::make_unique<ChildProcess>(name, program, arguments, out_dir_ / (name + ".log")));
  return *children_.back();
}

void DemoRun::Tick(milliseconds pause) {
  if (stop_.WaitFor(pause)) throw Interrupted();
  for (const auto& child : children_) {
    if (child->name() != "arm") RequireRunning(*child);
  }
  if (wall_s() > options_.timeout_s) {
    throw std::runtime_error(
        fmt::format("not done after {:.0f} s (--timeout-s); {}", options_.timeout_s, Status()));
  }
}

void DemoRun::RequireRunning(ChildProcess& child) {
  if (!child.IsRunning()) FailWith(child, "ended too early, with " + child.DescribeEnd());
}

void DemoRun::FailWith(ChildProcess& child, const std::string& what) {
  throw std::runtime_error(fmt::format("{} {}. The end of {}:\n{}", child.name(), what,
                                       child.log().string(), child.TailOfLog(kTailLines)));
}

void DemoRun::WaitForSession(const std::string& address) {
  const ServerConnection connection(address);
  SessionClient sessions(connection);
  const double give_up_s = wall_s() + kStartTimeoutS;
  while (true) {
    try {
      sessions.Get(session_id_);
      return;
    } catch (const RpcError& e) {
      const bool not_yet = e.code() == grpc::StatusCode::NOT_FOUND || IsTransient(e.code());
      if (!not_yet || wall_s() > give_up_s) throw;
    }
    Tick(milliseconds(20));
  }
}

void DemoRun::FollowUntilTheArmIsDone(ChildProcess& arm) {
  while (arm.IsRunning()) {
    Tick(kTick);
    if (line_.IsDue()) line_.Show(Status());
  }
  if (arm.exit_status() != 0) FailWith(arm, "failed, with " + arm.DescribeEnd());
}

void DemoRun::Export(const std::string& address, const std::string& nwb_path) {
  ChildProcess& process = Start(
      "export", own_program_,
      {"export", session_id_, nwb_path, "--server", address, "--overwrite", "--session-description",
       "Reaching in closed loop, simulated by `efferent demo`: no animal, no person", "--keyword",
       "simulation"});
  while (process.IsRunning()) {
    if (stop_.WaitFor(kTick)) throw Interrupted();
  }
  if (process.exit_status() != 0) FailWith(process, "failed, with " + process.DescribeEnd());
}

std::string DemoRun::Status() const {
  if (!monitor_) return "starting";
  return monitor_->WithLog([this](const TrialLog& log) {
    const std::string condition = log.running()           ? log.running()->condition
                                  : !log.trials().empty() ? log.trials().back().condition
                                                          : phases_.front().name;
    const auto phase = std::find_if(phases_.begin(), phases_.end(),
                                    [&](const DemoPhase& p) { return p.name == condition; });
    std::string text =
        fmt::format("{:13} {:3}/{:<3} reached {:3}", condition, log.NumDone(condition),
                    phase == phases_.end() ? 0 : phase->num_trials, log.NumReached(condition));
    if (!log.trials().empty()) {
      const TrialRecord& last = log.trials().back();
      text += last.success ? fmt::format("  last {:.2f} s", last.time_s) : "  last missed";
    }
    const double session = 1e-9 * static_cast<double>(log.session_time_ns());
    text += fmt::format("  {:.0f} s", session);
    if (options_.fast) text += fmt::format(" ({:.0f} x real time)", session / wall_s());
    if (const auto p50 = log.seen_after().PercentileUs(0.5)) {
      text += fmt::format("  round trip {:.0f} us", *p50);
    }
    return text;
  });
}

std::vector<TrialRecord> DemoRun::Trials() const {
  if (!monitor_) return {};
  return monitor_->WithLog([](const TrialLog& log) { return log.trials(); });
}

double DemoRun::wall_s() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

double DemoRun::session_s() const {
  if (!monitor_) return 0.0;
  return monitor_->WithLog(
      [](const TrialLog& log) { return 1e-9 * static_cast<double>(log.session_time_ns()); });
}

void DemoRun::EndAll() {
  // The last one started first: no client loses its server before it is asked to end.
  for (auto it = children_.rbegin(); it != children_.rend(); ++it) {
    (*it)->AskToEnd();
    (*it)->WaitOrKill(kGrace);
  }
}

}  // namespace efferent::demo

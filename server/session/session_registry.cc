#include "server/session/session_registry.h"

#include <algorithm>
#include <new>
#include <random>
#include <utility>

namespace efferent {
namespace {

std::string RandomId() {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::random_device random;
  std::string id = "session-";
  for (int i = 0; i < 8; ++i) id += kDigits[random() % 16];
  return id;
}

std::shared_ptr<Session> FindIn(const SessionRegistry::Sessions& sessions, std::string_view id) {
  const auto found =
      std::find_if(sessions.begin(), sessions.end(), [&](const auto& s) { return s->id() == id; });
  return found == sessions.end() ? nullptr : *found;
}

}  // namespace

SessionRegistry::SessionRegistry(v1::SessionConfig defaults, int max_sessions,
                                 std::shared_ptr<ProcessorBudget> budget,
                                 DecoderFactory make_decoder, std::shared_ptr<EventSink> events,
                                 std::shared_ptr<RecordingSink> recording,
                                 std::shared_ptr<MemoryBudget> memory)
    : defaults_(std::move(defaults)),
      max_sessions_(max_sessions),
      budget_(std::move(budget)),
      make_decoder_(std::move(make_decoder)),
      events_(std::move(events)),
      recording_(std::move(recording)),
      memory_(std::move(memory)) {}

SessionRegistry::Created SessionRegistry::Create(const std::string& id,
                                                 const v1::SessionConfig& config,
                                                 const CreateOptions& options) {
  Created created;
  if (!id.empty() && !IsIdentifier(id)) {
    created.violations.push_back(
        {"session_id", "must be letters, digits, `-` and `_`, at most 64"});
  }
  v1::SessionConfig merged = defaults_;
  Overlay(config, &merged);
  std::vector<Violation> wrong;
  const SessionSettings settings = ReadSettings(merged, SettingsUse::kSession, &wrong);
  const auto report = [&](const std::vector<Violation>& violations) {
    for (const Violation& v : violations) {
      created.violations.push_back({"config." + v.field, v.description});
    }
  };
  report(wrong);
  if (!created.violations.empty()) return created;

  // Refused before anything large is allocated, and again below, where it counts.
  std::shared_ptr<Session> replaced;
  const auto is_given_up = [&] {
    if (!options.given_up || !options.given_up()) return false;
    created.status = CreateStatus::kGivenUp;
    return true;
  };
  const auto check_room = [&](const Sessions& sessions) {
    replaced = id.empty() ? nullptr : FindIn(sessions, id);
    if (replaced && !(options.replace_idle && replaced->idle_since_ns())) {
      created.status = CreateStatus::kAlreadyExists;
    } else if (!replaced && sessions.size() >= static_cast<std::size_t>(max_sessions_)) {
      created.status = CreateStatus::kTooMany;
    } else {
      return true;
    }
    return false;
  };
  if (!check_room(sessions())) return created;

  std::shared_ptr<Session> session;
  try {
    SessionShares shares;
    if (!ReserveMemoryFor(settings, &shares, &created.memory)) {
      created.status = CreateStatus::kNoMemory;
      return created;
    }
    if (settings.timing.real_time) {
      created.settings = settings;
      created.cost = MeasureStepCost(settings, make_decoder_, options.given_up);
      if (is_given_up()) return created;
      if (created.cost.ResponseNs() > settings.timing.deadline_ns) {
        created.status = CreateStatus::kTooSlow;
        return created;
      }
      const double processors = created.cost.ProcessorShare(settings.shape.bin_width_ns);
      if (!budget_->Reserve(processors, &shares.processors)) {
        created.status = CreateStatus::kBusy;
        return created;
      }
    }
    session = std::make_shared<Session>(id.empty() ? RandomId() : id, settings, make_decoder_,
                                        std::move(shares), events_, recording_);
  } catch (const InvalidParameters& error) {
    report(error.violations());
    return created;
  } catch (const std::bad_alloc&) {
    created.status = CreateStatus::kTooLarge;
    return created;
  }
  {
    const std::lock_guard announcing(announcing_);
    {
      const std::lock_guard lock(mutex_);
      if (is_given_up() || !check_room(sessions_)) return created;
      auto changed = sessions_.Copy();
      std::erase(changed, replaced);
      session->SetNumber(++last_number_);
      changed.push_back(session);
      sessions_ = Sessions(std::move(changed));
    }
    events_->SessionCreated(session->Describe());
  }
  if (replaced) EndAndReport(replaced, StreamEnd::kSessionEnded, "replaced");
  created.status = CreateStatus::kCreated;
  created.session = std::move(session);
  return created;
}

std::optional<std::string> SessionRegistry::Resume(ResumedSession resumed) {
  SessionShares shares;
  MemoryRefusal refusal;
  if (!ReserveMemoryFor(resumed.settings, &shares, &refusal)) {
    return "there is not enough memory for it any more (server.max_memory_gigabytes)";
  }
  if (resumed.settings.timing.real_time) {
    const StepCost cost = MeasureStepCost(resumed.settings, make_decoder_);
    if (!budget_->Reserve(cost.ProcessorShare(resumed.settings.shape.bin_width_ns),
                          &shares.processors)) {
      return "there is not enough processor time for it any more";
    }
  }
  auto session = std::make_shared<Session>(std::move(resumed), make_decoder_, std::move(shares),
                                           events_, recording_);
  const std::lock_guard lock(mutex_);
  if (FindIn(sessions_, session->id())) return "a session of that id runs";
  auto changed = sessions_.Copy();
  session->SetNumber(++last_number_);
  changed.push_back(std::move(session));
  sessions_ = Sessions(std::move(changed));
  return std::nullopt;
}

bool SessionRegistry::ReserveMemoryFor(const SessionSettings& settings, SessionShares* shares,
                                       MemoryRefusal* refusal) const {
  shares->memory_budget = memory_;
  const double session = EstimateSessionBytes(settings, recording_ != nullptr);
  const double driver = EstimateLearnerBytes(settings);
  if (ReserveMemory(memory_.get(), session, &shares->memory, refusal) &&
      ReserveMemory(memory_.get(), driver, &shares->driver, refusal)) {
    return true;
  }
  shares->memory.GiveBack();
  *refusal = {session + driver, memory_->reserved(), memory_->reservable()};
  return false;
}

std::shared_ptr<Session> SessionRegistry::Find(std::string_view id) const {
  return FindIn(sessions(), id);
}

SessionRegistry::Sessions SessionRegistry::sessions() const {
  const std::lock_guard lock(mutex_);
  return sessions_;
}

std::shared_ptr<Session> SessionRegistry::End(std::string_view id) {
  const std::shared_ptr<Session> session = Find(id);
  if (session && End(session, "ended")) return session;
  return nullptr;
}

bool SessionRegistry::End(const std::shared_ptr<Session>& session, const std::string& reason) {
  {
    const std::lock_guard announced(announcing_);
    const std::lock_guard lock(mutex_);
    if (FindIn(sessions_, session->id()) != session) return false;
    auto changed = sessions_.Copy();
    std::erase(changed, session);
    sessions_ = Sessions(std::move(changed));
  }
  EndAndReport(session, StreamEnd::kSessionEnded, reason);
  return true;
}

void SessionRegistry::EndIdle(std::int64_t now_ns, std::int64_t idle_ns) {
  for (const auto& session : sessions()) {
    const auto since_ns = session->idle_since_ns();
    if (since_ns && now_ns - *since_ns > idle_ns) End(session, "idle");
  }
}

void SessionRegistry::ShutDown() {
  for (const auto& session : sessions()) {
    EndAndReport(session, StreamEnd::kServerShutdown, "shutdown");
  }
}

void SessionRegistry::EndAndReport(const std::shared_ptr<Session>& session, StreamEnd how,
                                   const std::string& reason) {
  session->EndStreams(how);
  session->Finish(session, reason, [session, reason, events = events_] {
    events->SessionEnded(session->Describe(), reason);
  });
}

}  // namespace efferent

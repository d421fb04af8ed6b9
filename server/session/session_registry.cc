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
                                 std::shared_ptr<RecordingSink> recording)
    : defaults_(std::move(defaults)),
      max_sessions_(max_sessions),
      budget_(std::move(budget)),
      make_decoder_(std::move(make_decoder)),
      events_(std::move(events)),
      recording_(std::move(recording)) {}

SessionRegistry::Created SessionRegistry::Create(const std::string& id,
                                                 const v1::SessionConfig& config) {
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
  const auto check_room = [&](const Sessions& sessions) {
    if (!id.empty() && FindIn(sessions, id)) {
      created.status = CreateStatus::kAlreadyExists;
    } else if (sessions.size() >= static_cast<std::size_t>(max_sessions_)) {
      created.status = CreateStatus::kTooMany;
    } else {
      return true;
    }
    return false;
  };
  if (!check_room(sessions())) return created;

  std::shared_ptr<Session> session;
  try {
    ProcessorBudget::Share share;
    if (settings.timing.real_time) {
      created.settings = settings;
      created.cost = MeasureStepCost(settings, make_decoder_);
      if (created.cost.ResponseNs() > settings.timing.deadline_ns) {
        created.status = CreateStatus::kTooSlow;
        return created;
      }
      const double processors = created.cost.ProcessorShare(settings.shape.bin_width_ns);
      if (!budget_->Reserve(processors, &share)) {
        created.status = CreateStatus::kBusy;
        return created;
      }
    }
    session = std::make_shared<Session>(id.empty() ? RandomId() : id, settings, make_decoder_,
                                        std::move(share), events_, recording_);
  } catch (const InvalidParameters& error) {
    report(error.violations());
    return created;
  } catch (const std::bad_alloc&) {
    created.status = CreateStatus::kTooLarge;
    return created;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!check_room(sessions_)) return created;
    auto changed = sessions_.Copy();
    changed.push_back(session);
    sessions_ = Sessions(std::move(changed));
  }
  created.status = CreateStatus::kCreated;
  events_->SessionCreated(session->Describe());
  created.session = std::move(session);
  return created;
}

std::optional<std::string> SessionRegistry::Resume(ResumedSession resumed) {
  ProcessorBudget::Share share;
  if (resumed.settings.timing.real_time) {
    const StepCost cost = MeasureStepCost(resumed.settings, make_decoder_);
    if (!budget_->Reserve(cost.ProcessorShare(resumed.settings.shape.bin_width_ns), &share)) {
      return "there is not enough processor time for it any more";
    }
  }
  auto session = std::make_shared<Session>(std::move(resumed), make_decoder_, std::move(share),
                                           events_, recording_);
  const std::lock_guard lock(mutex_);
  if (FindIn(sessions_, session->id())) return "a session of that id runs";
  auto changed = sessions_.Copy();
  changed.push_back(std::move(session));
  sessions_ = Sessions(std::move(changed));
  return std::nullopt;
}

std::shared_ptr<Session> SessionRegistry::Find(std::string_view id) const {
  return FindIn(sessions(), id);
}

SessionRegistry::Sessions SessionRegistry::sessions() const {
  const std::lock_guard lock(mutex_);
  return sessions_;
}

std::shared_ptr<Session> SessionRegistry::End(std::string_view id) {
  std::shared_ptr<Session> session;
  {
    const std::lock_guard lock(mutex_);
    session = FindIn(sessions_, id);
    if (!session) return nullptr;
    auto changed = sessions_.Copy();
    std::erase(changed, session);
    sessions_ = Sessions(std::move(changed));
  }
  EndAndReport(session, StreamEnd::kSessionEnded, "ended");
  return session;
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

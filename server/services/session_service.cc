#include "server/services/session_service.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "server/process_usage.h"
#include "server/services/decoder_status.h"
#include "server/services/error_status.h"
#include "server/services/page.h"
#include "server/services/slow_call.h"
#include "server/services/watch_stream.h"

namespace efferent {
namespace {

double Ms(std::int64_t ns) { return static_cast<double>(ns) * 1e-6; }

grpc::ServerUnaryReactor* Reply(grpc::CallbackServerContext* call, const grpc::Status& status) {
  grpc::ServerUnaryReactor* reactor = call->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

/// Those with greater numbers, in the order of these.
std::vector<std::shared_ptr<Session>> SessionsAfter(std::int64_t number,
                                                    const SessionRegistry& registry) {
  std::vector<std::shared_ptr<Session>> sessions;
  for (const auto& session : registry.sessions()) {
    if (session->number() > number) sessions.push_back(session);
  }
  std::sort(sessions.begin(), sessions.end(),
            [](const auto& a, const auto& b) { return a->number() < b->number(); });
  return sessions;
}

/// How a creation went. `sessions`: where.
grpc::Status ToStatus(const SessionRegistry::Created& created, const std::string& session_id,
                      const SessionRegistry& sessions) {
  using CreateStatus = SessionRegistry::CreateStatus;
  switch (created.status) {
    case CreateStatus::kCreated:
      return grpc::Status::OK;
    case CreateStatus::kGivenUp:
      return grpc::Status::CANCELLED;
    case CreateStatus::kInvalid:
      return InvalidArgument(created.violations);
    case CreateStatus::kAlreadyExists:
      return AboutResource(
          MakeStatus(grpc::StatusCode::ALREADY_EXISTS,
                     "session `" + session_id + "` exists; end it, or choose another id",
                     {{"session_id", "is in use"}}),
          kSessionResource, session_id, "is in use");
    case CreateStatus::kTooMany:
      return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                        "the server holds " + std::to_string(sessions.max_sessions()) +
                            " sessions, as many as it may (server.max_sessions); end one");
    case CreateStatus::kTooSlow:
      return TooSlow("this session", created.cost, created.settings.timing.deadline_ns);
    case CreateStatus::kBusy: {
      const ProcessorBudget& budget = sessions.processor_budget();
      return MakeStatus(
          grpc::StatusCode::RESOURCE_EXHAUSTED,
          fmt::format(
              "this session would take {:.3f} processors (a bin of {:.2f} ms: {:.3f} ms to "
              "transport, "
              "{:.3f} to decode, {:.3f} to learn), and {:.3f} of {:.3f} are promised to others "
              "(server.max_processor_share); end one, or create it with timing.real_time: false",
              created.cost.ProcessorShare(created.settings.shape.bin_width_ns),
              Ms(created.settings.shape.bin_width_ns), Ms(StepCost::kTransportNs),
              Ms(created.cost.decode_ns), Ms(created.cost.learn_ns), budget.reserved(),
              budget.reservable()));
    }
    case CreateStatus::kNoMemory:
      return NoMemory("this session", created.memory);
    case CreateStatus::kTooLarge:
      break;
  }
  return MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                    "there is not enough memory for this session; use fewer neurons or channels");
}

}  // namespace

grpc::ServerUnaryReactor* SessionService::CreateSession(grpc::CallbackServerContext*,
                                                        const v1::CreateSessionRequest* request,
                                                        v1::CreateSessionResponse* response) {
  return SlowCall::Begin(context_, [this, request, response](SlowCall* call) {
    SessionRegistry* sessions = context_->sessions;
    const auto created = sessions->Create(request->session_id(), request->config(),
                                          {request->replace_idle(), call->given_up()});
    if (created.session) {
      *response->mutable_session() = created.session->Describe();
      call->UndoWith([sessions, session = created.session] { sessions->End(session, "ended"); });
    }
    return ToStatus(created, request->session_id(), *sessions);
  });
}

grpc::ServerUnaryReactor* SessionService::GetSession(grpc::CallbackServerContext* call,
                                                     const v1::GetSessionRequest* request,
                                                     v1::GetSessionResponse* response) {
  const auto session = context_->sessions->Find(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  *response->mutable_session() = session->Describe();
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::ListSessions(grpc::CallbackServerContext* call,
                                                       const v1::ListSessionsRequest* request,
                                                       v1::ListSessionsResponse* response) {
  grpc::Status status;
  const auto page = ReadPage(request->page_size(), request->page_token(), &status);
  if (!page) return Reply(call, status);
  // The settings of a session alone may have a quarter of a megabyte (a Kalman filter's matrices).
  std::size_t num_bytes = 0;
  std::int64_t last_number = 0;
  for (const auto& session : SessionsAfter(page->after, *context_->sessions)) {
    if (response->sessions_size() == page->size || num_bytes > Page::kMaxBytes) {
      response->set_next_page_token(std::to_string(last_number));
      break;
    }
    *response->add_sessions() = session->Describe();
    num_bytes += response->sessions().rbegin()->ByteSizeLong();
    last_number = session->number();
  }
  if (context_->recorder) {
    response->set_recording_problem(context_->recorder->status().problem);
  }
  const ProcessorBudget& budget = context_->sessions->processor_budget();
  response->mutable_load()->set_reserved_processors(budget.reserved());
  response->mutable_load()->set_reservable_processors(budget.reservable());
  const ProcessUsage usage = ReadProcessUsage();
  response->mutable_load()->set_processor_time_ns(usage.processor_time_ns);
  response->mutable_load()->set_up_time_ns(usage.up_time_ns);
  response->mutable_load()->set_resident_bytes(usage.resident_bytes);
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::EndSession(grpc::CallbackServerContext* call,
                                                     const v1::EndSessionRequest* request,
                                                     v1::EndSessionResponse* response) {
  const auto session = context_->sessions->End(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  *response->mutable_session() = session->Describe();
  return Reply(call, grpc::Status::OK);
}

grpc::ServerUnaryReactor* SessionService::SetLearning(grpc::CallbackServerContext* call,
                                                      const v1::SetLearningRequest* request,
                                                      v1::SetLearningResponse*) {
  const auto session = context_->sessions->Find(request->session_id());
  if (!session) return Reply(call, UnknownSession(request->session_id()));
  session->SetLearning(request->enabled());
  return Reply(call, grpc::Status::OK);
}

grpc::ServerWriteReactor<v1::WatchSessionResponse>* SessionService::WatchSession(
    grpc::CallbackServerContext* call, const v1::WatchSessionRequest* request) {
  auto stream = std::make_shared<WatchStream>(context_, call);
  context_->streams->Add(stream);
  stream->Begin(request->session_id());
  return stream.get();
}

}  // namespace efferent

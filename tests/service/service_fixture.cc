#include "tests/service/service_fixture.h"

#include <chrono>
#include <thread>

namespace efferent::test {

ServerParams OnAFreePort() {
  ServerParams params;
  params.listen = {"127.0.0.1:0"};
  params.max_sessions = 16;
  return params;
}

Clients::Clients(const std::string& address) {
  grpc::ChannelArguments arguments;
  // Each set of clients has a connection of its own, as separate programs would.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // Where a crowd is refused a client tries again soon.
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  channel_ = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  // As every client does: a first try may fail on a busy machine though the server listens.
  EXPECT_TRUE(
      channel_->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)));
  sessions_ = v1::SessionService::NewStub(channel_);
  acquisition_ = v1::AcquisitionService::NewStub(channel_);
  arm_ = v1::ArmService::NewStub(channel_);
  diagnostics_ = v1::DiagnosticsService::NewStub(channel_);
}

grpc::Status Clients::Create(const std::string& id, const v1::SessionConfig& config,
                             v1::Session* session) {
  grpc::ClientContext context;
  v1::CreateSessionRequest request;
  request.set_session_id(id);
  *request.mutable_config() = config;
  v1::CreateSessionResponse response;
  grpc::Status status = sessions_->CreateSession(&context, request, &response);
  if (session) *session = response.session();
  return status;
}

std::optional<v1::Session> Clients::Get(const std::string& id) {
  grpc::ClientContext context;
  v1::GetSessionRequest request;
  request.set_session_id(id);
  v1::GetSessionResponse response;
  if (!sessions_->GetSession(&context, request, &response).ok()) return std::nullopt;
  return response.session();
}

std::vector<v1::Session> Clients::List() {
  std::vector<v1::Session> sessions;
  v1::ListSessionsRequest request;
  do {
    grpc::ClientContext context;
    v1::ListSessionsResponse response;
    if (!sessions_->ListSessions(&context, request, &response).ok()) return {};
    sessions.insert(sessions.end(), response.sessions().begin(), response.sessions().end());
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return sessions;
}

grpc::Status Clients::End(const std::string& id) {
  grpc::ClientContext context;
  v1::EndSessionRequest request;
  request.set_session_id(id);
  v1::EndSessionResponse response;
  return sessions_->EndSession(&context, request, &response);
}

grpc::Status Clients::SetLearning(const std::string& id, bool enabled) {
  grpc::ClientContext context;
  v1::SetLearningRequest request;
  request.set_session_id(id);
  request.set_enabled(enabled);
  v1::SetLearningResponse response;
  return sessions_->SetLearning(&context, request, &response);
}

std::unique_ptr<AcquisitionCall> Clients::AcquireUnopened() {
  return std::make_unique<AcquisitionCall>(
      [this](grpc::ClientContext* context) { return acquisition_->StreamAcquisition(context); });
}

std::unique_ptr<AcquisitionCall> Clients::Acquire(const std::string& id, bool return_commands,
                                                  std::uint32_t num_channels) {
  auto call = AcquireUnopened();
  v1::StreamAcquisitionRequest request;
  request.mutable_open()->set_session_id(id);
  request.mutable_open()->set_num_channels(num_channels);
  request.mutable_open()->set_return_commands(return_commands);
  call->Write(request);
  const auto response = call->Read();
  EXPECT_TRUE(response && response->has_opened());
  return call;
}

std::unique_ptr<ArmCall> Clients::ArmUnopened() {
  return std::make_unique<ArmCall>(
      [this](grpc::ClientContext* context) { return arm_->StreamArm(context); });
}

std::unique_ptr<ArmCall> Clients::Arm(const std::string& id) {
  auto call = ArmUnopened();
  v1::StreamArmRequest request;
  request.mutable_open()->set_session_id(id);
  call->Write(request);
  const auto response = call->Read();
  EXPECT_TRUE(response && response->has_opened());
  return call;
}

std::unique_ptr<WatchCall> Clients::Watch(const std::string& id) {
  return std::make_unique<WatchCall>(sessions_.get(), id);
}

std::unique_ptr<EchoCall> Clients::Echo() {
  return std::make_unique<EchoCall>(
      [this](grpc::ClientContext* context) { return diagnostics_->Echo(context); });
}

std::optional<v1::AcquisitionAck> Send(AcquisitionCall* call, const v1::AcquisitionChunk& chunk) {
  v1::StreamAcquisitionRequest request;
  *request.mutable_chunk() = chunk;
  if (!call->Write(request)) return std::nullopt;
  const auto response = call->Read();
  if (!response || !response->has_ack()) return std::nullopt;
  return response->ack();
}

std::optional<v1::Command> ReadUntil(ArmCall* call,
                                     const std::function<bool(const v1::Command&)>& wanted) {
  while (const auto response = call->Read()) {
    if (response->has_command() && wanted(response->command())) return response->command();
  }
  return std::nullopt;
}

bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

v1::StreamArmRequest ArmUpdateAt(std::int64_t time_ns, double x) {
  v1::StreamArmRequest request;
  v1::ArmState* state = request.mutable_update()->mutable_state();
  state->set_time_ns(time_ns);
  state->add_position_m(x);
  state->add_position_m(0.0);
  state->add_velocity_m_s(0.0);
  state->add_velocity_m_s(0.0);
  state->set_engaged(true);
  v1::Target* target = request.mutable_update()->mutable_target();
  target->add_position_m(0.08);
  target->add_position_m(0.0);
  target->set_radius_m(0.01);
  return request;
}

void AddTrialEvent(v1::StreamArmRequest* request, v1::TrialEventKind kind,
                   std::uint32_t trial_index, const std::string& condition) {
  v1::TrialEvent* event = request->mutable_update()->add_trial_events();
  event->set_time_ns(request->update().state().time_ns());
  event->set_kind(kind);
  event->set_trial_index(trial_index);
  event->set_condition(condition);
}

std::vector<std::string> ViolatedFields(const grpc::Status& status) {
  v1::ErrorStatus details;
  v1::FieldViolations violations;
  std::vector<std::string> fields;
  if (!details.ParseFromString(status.error_details()) || details.details().empty() ||
      !details.details(0).UnpackTo(&violations)) {
    return fields;
  }
  for (const auto& violation : violations.violations()) fields.push_back(violation.field());
  return fields;
}

}  // namespace efferent::test

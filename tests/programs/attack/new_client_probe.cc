#include "tests/programs/attack/new_client_probe.h"

#include <algorithm>
#include <utility>

#include "tests/programs/attack/raw_call.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

constexpr const char* kSession = "probe";
constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

NewClientProbe::NewClientProbe(std::string address)
    : address_(std::move(address)), thread_([this] { Run(); }) {}

NewClientProbe::~NewClientProbe() {
  is_over_ = true;
  thread_.join();
}

double NewClientProbe::TakeWorst() {
  const std::lock_guard lock(mutex_);
  const double so_far = std::chrono::duration<double>(Clock::now() - began_).count();
  return std::max(std::exchange(worst_s_, 0.0), so_far);
}

std::string NewClientProbe::last_refusal() {
  const std::lock_guard lock(mutex_);
  return last_refusal_;
}

void NewClientProbe::Run() {
  while (!is_over_) {
    {
      const std::lock_guard lock(mutex_);
      began_ = Clock::now();
    }
    while (!TryOnce() && !is_over_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    {
      const std::lock_guard lock(mutex_);
      worst_s_ = std::max(worst_s_, std::chrono::duration<double>(Clock::now() - began_).count());
      began_ = Clock::now();
    }
    std::this_thread::sleep_for(kBetween);
  }
}

bool NewClientProbe::TryOnce() {
  const auto stub = v1::SessionService::NewStub(OwnChannel(address_));
  const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(5);
  grpc::ClientContext create, end;
  create.set_deadline(deadline);
  v1::CreateSessionRequest request;
  request.set_session_id(kSession);
  *request.mutable_config() = SmallConfig();
  request.set_replace_idle(true);  // one whose answer did not arrive in time
  v1::CreateSessionResponse response;
  const grpc::Status status = stub->CreateSession(&create, request, &response);
  if (!status.ok()) {
    const std::lock_guard lock(mutex_);
    last_refusal_ = NameOf(status.error_code()) + ": " + status.error_message();
    return false;
  }
  end.set_deadline(deadline);
  v1::EndSessionRequest end_request;
  end_request.set_session_id(kSession);
  v1::EndSessionResponse end_response;
  stub->EndSession(&end, end_request, &end_response);
  ++num_successes_;
  return true;
}

}  // namespace efferent::test

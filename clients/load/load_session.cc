#include "clients/load/load_session.h"

#include <algorithm>
#include <utility>

#include "clients/load/own_connection.h"
#include "clients/session/client_id.h"
#include "clients/session/errors.h"
#include "clients/session/monotonic_clock.h"

namespace efferent::load {
namespace {

constexpr std::chrono::seconds kAttachTimeout{10};
// Arms report their state some fifty times a second, however short the bins are.
constexpr std::int64_t kUpdateIntervalNs = 20'000'000;

}  // namespace

LoadSession::LoadSession(SessionClient* sessions, CompletionThread* thread,
                         const std::string& address, const std::string& id,
                         const v1::SessionConfig& config, Pace pace,
                         std::shared_ptr<const ReachLoop> loop, LoadTally* tally)
    : sessions_(sessions),
      thread_(thread),
      id_(id),
      pace_(pace),
      width_ns_(config.bin_width_ns()),
      bins_per_update_(std::max<std::int64_t>(1, kUpdateIntervalNs / width_ns_)),
      loop_(std::move(loop)),
      tally_(tally) {
  sessions_->Create(id, config);
  const auto channel = OwnConnection(address);
  acquisition_stub_ = v1::AcquisitionService::NewStub(channel);
  arm_stub_ = v1::ArmService::NewStub(channel);
}

LoadSession::~LoadSession() {
  arm_.reset();
  chunks_.reset();
  End();
}

void LoadSession::Attach() {
  AttachArm();
  AttachChunks();
  for (const auto& status :
       {arm_->AwaitAttached(kAttachTimeout), chunks_->AwaitAttached(kAttachTimeout)}) {
    if (status) throw RpcError("cannot stream to session `" + id_ + "`", *status);
  }
}

void LoadSession::AttachChunks() {
  v1::StreamAcquisitionRequest open;
  open.mutable_open()->set_session_id(id_);
  open.mutable_open()->set_num_channels(static_cast<std::uint32_t>(loop_->params().num_channels));
  open.mutable_open()->set_bin_width_ns(width_ns_);
  open.mutable_open()->set_return_commands(true);
  open.mutable_open()->set_client_id(ProcessClientId());
  chunks_ = std::make_unique<Chunks>(
      thread_,
      [this](grpc::ClientContext* context, grpc::CompletionQueue* queue) {
        return acquisition_stub_->PrepareAsyncStreamAcquisition(context, queue);
      },
      std::move(open), [this](v1::StreamAcquisitionRequest* request) { return NextChunk(request); },
      [this](const v1::StreamAcquisitionResponse& response) {
        if (response.has_ack()) OnAck(response.ack());
      });
}

void LoadSession::AttachArm() {
  v1::StreamArmRequest open;
  open.mutable_open()->set_session_id(id_);
  open.mutable_open()->set_client_id(ProcessClientId());
  arm_ = std::make_unique<Arm>(
      thread_,
      [this](grpc::ClientContext* context, grpc::CompletionQueue* queue) {
        return arm_stub_->PrepareAsyncStreamArm(context, queue);
      },
      std::move(open), [this](v1::StreamArmRequest* request) { return NextUpdate(request); },
      [this](const v1::StreamArmResponse& response) {
        if (pace_ == Pace::kRealTime && response.command().status() == v1::COMMAND_STATUS_DECODED) {
          tally_->Commanded();
        }
      });
}

void LoadSession::BeginAt(std::int64_t first_due_ns) {
  first_due_ns_ = first_due_ns;
  update_bin_ = 0;
  arm_->Pull();  // So that the first bin has a label.
  if (pace_ == Pace::kRealTime) return;
  flooding_ = true;
  chunks_->Pull();
}

void LoadSession::BinIsDue() {
  const std::int64_t bin = num_due_++;
  tally_->Due();
  chunks_->Pull();
  if (bin % bins_per_update_ != 0) return;
  update_bin_ = bin + 1;  // Seen by the bins to come.
  arm_->Pull();
}

bool LoadSession::NextChunk(v1::StreamAcquisitionRequest* request) {
  const bool paced = pace_ == Pace::kRealTime;
  if (paced ? num_sent_ >= num_due_ : !flooding_) return false;
  loop_->WriteChunk(num_sent_, request->mutable_chunk());
  const std::int64_t now_ns = MonotonicNs();
  request->mutable_chunk()->set_client_send_time_ns(now_ns);
  if (paced) tally_->Sent(now_ns - DueNs(num_sent_));
  ++num_sent_;
  return true;
}

bool LoadSession::NextUpdate(v1::StreamArmRequest* request) {
  const std::int64_t bin = update_bin_.exchange(-1);
  if (bin < 0) return false;
  loop_->WriteUpdate(bin, request->mutable_update());
  return true;
}

void LoadSession::OnAck(const v1::AcquisitionAck& ack) {
  const std::int64_t now_ns = MonotonicNs();
  const auto applied = static_cast<std::int64_t>(ack.applied_sequence_number());
  for (; num_answered_ < applied; ++num_answered_) {
    if (pace_ == Pace::kRealTime) tally_->Answered(now_ns - DueNs(num_answered_));
  }
  const std::lock_guard lock(ack_mutex_);
  last_ack_ = ack;
}

void LoadSession::Close() {
  flooding_ = false;
  if (chunks_) chunks_->Close();
  if (arm_) arm_->Close();
}

std::optional<std::string> LoadSession::AwaitEnd(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto left = [deadline] {
    return std::chrono::ceil<std::chrono::milliseconds>(
        std::max(deadline - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0)));
  };
  for (const auto& status : {chunks_->AwaitEnd(left()), arm_->AwaitEnd(left())}) {
    if (!status) return "session `" + id_ + "`: not all was answered in time";
    if (!status->ok()) return "session `" + id_ + "`: " + DescribeStatus(*status);
  }
  return std::nullopt;
}

std::optional<v1::Session> LoadSession::End() {
  if (std::exchange(ended_, true)) return std::nullopt;
  try {
    return sessions_->End(id_);
  } catch (const RpcError&) {
    return std::nullopt;  // The server has said so on the streams.
  }
}

v1::AcquisitionAck LoadSession::last_ack() const {
  const std::lock_guard lock(ack_mutex_);
  return last_ack_;
}

}  // namespace efferent::load

#include "server/loop/acquisition_seat.h"

#include <utility>

namespace efferent {

bool AcquisitionSeat::Attach(std::shared_ptr<AcquisitionHolder> newer) {
  std::shared_ptr<AcquisitionHolder> older;
  bool ready = false;
  {
    const std::lock_guard lock(mutex_);
    older = Seat(std::move(newer));
    ready = !busy_;
  }
  if (older) older->End(StreamEnd::kTakenOver);
  return ready;
}

std::optional<bool> AcquisitionSeat::AttachUnlessOther(std::shared_ptr<AcquisitionHolder> newer) {
  std::shared_ptr<AcquisitionHolder> older;
  bool ready = false;
  {
    const std::lock_guard lock(mutex_);
    if (holder_ && holder_->client_id() && holder_->client_id() != newer->client_id()) {
      return std::nullopt;
    }
    older = Seat(std::move(newer));
    ready = !busy_;
  }
  if (older) older->End(StreamEnd::kTakenOver);
  return ready;
}

std::shared_ptr<AcquisitionHolder> AcquisitionSeat::Seat(std::shared_ptr<AcquisitionHolder> newer) {
  holder_waits_ = busy_;
  return std::exchange(holder_, std::move(newer));
}

std::optional<bool> AcquisitionSeat::AttachIfFree(std::shared_ptr<AcquisitionHolder> newer) {
  const std::lock_guard lock(mutex_);
  if (holder_) return std::nullopt;
  Seat(std::move(newer));
  return !busy_;
}

bool AcquisitionSeat::BeginChunk(const AcquisitionHolder* holder) {
  const std::lock_guard lock(mutex_);
  if (holder_.get() != holder) return false;
  busy_ = true;
  return true;
}

bool AcquisitionSeat::EndChunk(const AcquisitionHolder* holder) {
  std::shared_ptr<AcquisitionHolder> successor;
  bool still_seated = false;
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
    still_seated = holder_.get() == holder;
    if (std::exchange(holder_waits_, false)) successor = holder_;
  }
  if (successor) successor->OnSeatReady();
  return still_seated;
}

bool AcquisitionSeat::Leave(const AcquisitionHolder* holder) {
  std::shared_ptr<AcquisitionHolder> leaving;
  const std::lock_guard lock(mutex_);
  if (holder_.get() != holder) return false;
  leaving = std::exchange(holder_, nullptr);
  holder_waits_ = false;
  return true;
}

void AcquisitionSeat::End(StreamEnd reason) {
  std::shared_ptr<AcquisitionHolder> holder;
  {
    const std::lock_guard lock(mutex_);
    holder = holder_;
  }
  if (holder) holder->End(reason);
}

bool AcquisitionSeat::taken() const {
  const std::lock_guard lock(mutex_);
  return holder_ != nullptr;
}

}  // namespace efferent

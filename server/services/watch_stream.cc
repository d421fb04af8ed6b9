#include "server/services/watch_stream.h"

#include <google/protobuf/util/message_differencer.h>

#include "server/loop/monotonic_clock.h"
#include "server/services/error_status.h"
#include "server/services/message_mapping.h"

namespace efferent {
namespace {

constexpr std::int64_t kStatisticsPeriodNs = 100'000'000;

}  // namespace

void WatchStream::Begin(const std::string& session_id) {
  std::shared_ptr<Session> session = context_->sessions->Find(session_id);
  if (!session) return EndWith(UnknownSession(session_id));
  {
    const std::lock_guard lock(mutex_);
    session_ = std::move(session);
    if (const auto last = session_->mailbox().last_bin(); last.number > 0) {
      cursor_.number = last.number - 1;
    }
  }
  auto place = session_->AttachWatcher(shared_from_this());
  {
    const std::lock_guard lock(mutex_);
    place_ = std::move(place);
  }
  session_->mailbox().Subscribe(shared_from_this(), /*first=*/false);
  SendNews();
}

void WatchStream::OnWriteDone(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    WriteDone();
  }
  if (ok) {
    SendNews();
  } else {
    EndWith(grpc::Status::CANCELLED);
  }
}

void WatchStream::OnCancel() { EndWith(grpc::Status::CANCELLED); }

void WatchStream::OnDone() {
  if (session_) {
    session_->mailbox().Unsubscribe(this);
    session_->watch_hub().Unsubscribe(this);
  }
  context_->streams->Remove(this);
}

void WatchStream::End(StreamEnd reason) noexcept {
  {
    const std::lock_guard lock(mutex_);
    SetEnding(EndStatus(reason));
  }
  SendNews();
}

void WatchStream::SendNews() noexcept {
  const std::lock_guard lock(mutex_);
  if (!CanWrite()) return;
  if (!place_) return FinishIfIdle();
  response_.Clear();
  const std::optional<bool> anything = session_->watch_hub().Take(place_.get(), &response_);
  if (!anything) {
    SetEnding(MakeStatus(grpc::StatusCode::RESOURCE_EXHAUSTED,
                         "the watcher is more than " + std::to_string(WatchHub::kMaxEvents) +
                             " trial events behind; read faster, or watch again"));
    return FinishIfIdle();
  }
  bool news = *anything;
  if (const auto published = session_->mailbox().TakeNewer(&cursor_)) {
    WriteCommand(*published, session_->settings().shape.num_dimensions, cursor_.skipped,
                 response_.mutable_command());
    news = true;
  }
  news |= AddStatistics();
  if (news) return Write();
  FinishIfIdle();
}

bool WatchStream::AddStatistics() {
  const std::int64_t now_ns = MonotonicNowNs();
  if (!first_ && now_ns - statistics_sent_at_ns_ < kStatisticsPeriodNs) return false;
  v1::SessionStatistics statistics = session_->Statistics();
  if (!first_ && google::protobuf::util::MessageDifferencer::Equals(statistics, statistics_sent_)) {
    return false;
  }
  first_ = false;
  statistics_sent_at_ns_ = now_ns;
  *response_.mutable_statistics() = statistics;
  statistics_sent_ = std::move(statistics);
  return true;
}

void WatchStream::EndWith(const grpc::Status& status) {
  const std::lock_guard lock(mutex_);
  SetEnding(status);
  FinishIfIdle();
}

}  // namespace efferent

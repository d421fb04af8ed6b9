#pragma once

#include <memory>
#include <string>

#include "efferent/v1/session.grpc.pb.h"
#include "server/services/outbound_stream.h"
#include "server/services/service_context.h"

namespace efferent {

/// One call of WatchSession. Each message holds what is new since the one before: the latest state
/// and command, and all trial events. Written on the thread of whoever has the news, one at a time.
/// While a write is under way, news gather (WatchHub says how many).
class WatchStream final : public OutboundStream<grpc::ServerWriteReactor<v1::WatchSessionResponse>,
                                                v1::WatchSessionResponse, Watcher>,
                          public CommandListener,
                          public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(ServiceContext* context, grpc::CallbackServerContext* call)
      : OutboundStream(call), context_(context) {}

  /// Attaches to the session and writes what is known, or ends the call.
  void Begin(const std::string& session_id);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void OnCommand() noexcept override { SendNews(); }
  void OnNews() noexcept override { SendNews(); }
  void End(StreamEnd reason) noexcept override;

 private:
  void SendNews() noexcept;
  /// Adds counters if they are due. Returns whether they alone are worth a message.
  bool AddStatistics();
  void EndWith(const grpc::Status& status);

  ServiceContext* context_;
  std::shared_ptr<Session> session_;  // set once, by Begin
  // With mutex_:
  std::shared_ptr<WatchHub::Place> place_;
  CommandCursor cursor_;
  std::int64_t statistics_sent_at_ns_ = 0;
  v1::SessionStatistics statistics_sent_;
  bool first_ = true;
};

}  // namespace efferent

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "clients/load/load_tally.h"
#include "clients/load/pull_stream.h"
#include "clients/load/reach_loop.h"
#include "clients/session/session_client.h"
#include "efferent/v1/acquisition.grpc.pb.h"
#include "efferent/v1/arm.grpc.pb.h"

namespace efferent::load {

/// When chunks go out.
enum class Pace {
  kRealTime,  ///< When a bin is due, whether or not those before were answered.
  kFlood,     ///< As fast as the connection takes them; nothing is tallied.
};

/// One simulated rig: a session with an acquisition stream and an arm stream over a connection of their
/// own, and no thread. The session ends with this object.
class LoadSession {
 public:
  /// Creates the session. `sessions`, `thread` and `tally` outlive it.
  /// @throws RpcError if the server refuses.
  LoadSession(SessionClient* sessions, CompletionThread* thread, const std::string& address,
              const std::string& id, const v1::SessionConfig& config, Pace pace,
              std::shared_ptr<const ReachLoop> loop, LoadTally* tally);
  ~LoadSession();
  LoadSession(const LoadSession&) = delete;
  LoadSession& operator=(const LoadSession&) = delete;

  /// Attaches both streams. @throws RpcError if the server refuses them.
  void Attach();
  /// The first bin will be due at this time of MonotonicNs. With Pace::kFlood: begins at once.
  void BeginAt(std::int64_t first_due_ns);
  /// When the next bin is due, nanoseconds of MonotonicNs.
  std::int64_t next_due_ns() const { return first_due_ns_ + num_due_ * width_ns_; }
  /// It is. One thread only.
  void BinIsDue();

  /// Whether its chunks go nowhere any more.
  bool ended() const { return chunks_->ended(); }
  /// No more bins: what is due still goes out.
  void Close();
  /// Waits until both streams have ended, or `timeout`. Returns what went wrong with one of them.
  std::optional<std::string> AwaitEnd(std::chrono::milliseconds timeout);
  /// Ends the session and returns it as it was. Nothing: the server has none, or is gone.
  std::optional<v1::Session> End();
  /// Its counts of what was lost on the way.
  v1::AcquisitionAck last_ack() const;

 private:
  using Chunks = PullStream<v1::StreamAcquisitionRequest, v1::StreamAcquisitionResponse>;
  using Arm = PullStream<v1::StreamArmRequest, v1::StreamArmResponse>;

  void AttachChunks();
  void AttachArm();
  bool NextChunk(v1::StreamAcquisitionRequest* request);
  bool NextUpdate(v1::StreamArmRequest* request);
  void OnAck(const v1::AcquisitionAck& ack);
  std::int64_t DueNs(std::int64_t bin) const { return first_due_ns_ + bin * width_ns_; }

  SessionClient* sessions_;
  CompletionThread* thread_;
  std::string id_;
  Pace pace_;
  std::int64_t width_ns_;
  std::int64_t bins_per_update_;
  std::shared_ptr<const ReachLoop> loop_;
  LoadTally* tally_;
  std::unique_ptr<v1::AcquisitionService::Stub> acquisition_stub_;
  std::unique_ptr<v1::ArmService::Stub> arm_stub_;
  bool ended_ = false;

  std::int64_t first_due_ns_ = 0;
  std::atomic<std::int64_t> num_due_ = 0;
  std::atomic<bool> flooding_ = false;
  std::int64_t num_sent_ = 0;      // The writing side's.
  std::int64_t num_answered_ = 0;  // The reading side's.
  std::atomic<std::int64_t> update_bin_ = -1;
  mutable std::mutex ack_mutex_;
  v1::AcquisitionAck last_ack_;
  // Last, so that nothing is called of what is gone.
  std::unique_ptr<Chunks> chunks_;
  std::unique_ptr<Arm> arm_;
};

}  // namespace efferent::load

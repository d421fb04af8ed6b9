#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "efferent/v1/acquisition.pb.h"
#include "efferent/v1/arm.pb.h"
#include "efferent/v1/decoder.pb.h"
#include "efferent/v1/session.pb.h"
#include "server/loop/acquisition_seat.h"
#include "server/loop/behavior_inbox.h"
#include "server/loop/command_mailbox.h"
#include "server/loop/control_loop.h"
#include "server/loop/handling_budget.h"
#include "server/loop/streams.h"
#include "server/loop/watchdog.h"
#include "server/session/event_sink.h"
#include "server/session/memory_budget.h"
#include "server/session/processor_budget.h"
#include "server/session/recording_sink.h"
#include "server/session/resumed_session.h"
#include "server/session/session_decoders.h"
#include "server/session/session_settings.h"
#include "server/session/stream_presence.h"
#include "server/session/watch_hub.h"

namespace efferent {

/// An experiment: its settings, its control loop, and the handoffs between the loop and the streams
/// that are attached. Isolated from all other sessions. Thread-safe but for `loop`, which belongs
/// to the stream on the acquisition seat.
class Session {
 public:
  /// `shares`: what has been promised to it; no processors unless in real time. `recording` may be null.
  /// @throws InvalidParameters, paths from the configuration's root.
  Session(std::string id, const SessionSettings& settings, const DecoderFactory& make_decoder,
          SessionShares shares, std::shared_ptr<EventSink> events,
          std::shared_ptr<RecordingSink> recording);
  /// One that goes on.
  Session(ResumedSession resumed, const DecoderFactory& make_decoder, SessionShares shares,
          std::shared_ptr<EventSink> events, std::shared_ptr<RecordingSink> recording);

  const std::string& id() const { return id_; }
  /// In the order in which the registry took them in, which sets it before anybody sees them; never used again.
  std::int64_t number() const { return number_; }
  void SetNumber(std::int64_t number) { number_ = number; }
  const SessionSettings& settings() const { return settings_; }
  EventSink& events() { return *events_; }

  ControlLoop& loop() { return loop_; }
  StageLatencies& latencies() { return latencies_; }
  /// Belongs to the stream on the acquisition seat, as `loop` does.
  HandlingBudget& handling_budget() { return handling_budget_; }
  CommandMailbox& mailbox() { return mailbox_; }
  WatchHub& watch_hub() { return watch_hub_; }
  /// Null: it is not recorded.
  SessionJournal* journal() { return journal_.get(); }

  /// Acquisition: see AcquisitionSeat. Once the stream is gone the arm is stopped at once. Nothing: a stream of another
  /// client is attached, and stays; with `take_over` it goes.
  std::optional<bool> AttachAcquisition(std::shared_ptr<AcquisitionHolder> stream, bool take_over);
  bool BeginChunk(const AcquisitionHolder* stream) { return seat_.BeginChunk(stream); }
  void EndChunk(const AcquisitionHolder* stream);
  void LeaveAcquisition(const AcquisitionHolder* stream, std::string_view why);

  /// Arm: a newer stream of the same client takes over. False: one of another client is attached, and stays; with
  /// `take_over` it goes.
  bool AttachArm(std::shared_ptr<ServerStream> stream, const std::string& client_id,
                 bool take_over);
  void LeaveArm(const ServerStream* stream);
  /// Takes a valid update. False: trial events have piled up, nothing was taken.
  bool UpdateArm(const v1::ArmUpdate& update, const BehaviorSample& sample,
                 const std::vector<TrialBoundary>& boundaries);
  /// Trial events that came with a chunk that was applied.
  void PublishTrialEvents(const v1::AcquisitionChunk& chunk);
  void CountSkippedCommands(std::uint64_t count) { skipped_commands_ += count; }

  void SetLearning(bool enabled);
  /// The guard has had learning rolled back: it is noted as an event.
  void NoteRollback(RollbackReason reason);
  /// Changes of decoders, each noted as an event.
  SessionDecoders::Outcome SwapDecoder(const v1::DecoderConfig& config,
                                       const GivenUp& given_up = nullptr);
  SessionDecoders::Outcome AddShadow(const std::string& name, const v1::DecoderConfig* config,
                                     bool frozen, const GivenUp& given_up = nullptr);
  SessionDecoders::Outcome RemoveShadow(const std::string& name);
  SessionDecoders::Outcome PromoteShadow(const std::string& name,
                                         const GivenUp& given_up = nullptr);
  /// A decoder that another session gave out: whether it may come, and how large its state may be, bytes.
  SessionDecoders::Outcome AdmitDecoder(const v1::SavedDecoder& decoder,
                                        std::size_t* max_state_bytes) const;
  /// One that was admitted. Its state may come from anywhere; see LoadImportedState.
  SessionDecoders::Outcome ImportDecoder(const v1::ImportDecoderStart& start,
                                         std::string_view state, const GivenUp& given_up = nullptr);

  /// What handling a chunk took; for whoever holds the acquisition seat.
  void CountProcessorTime(std::int64_t processor_ns) {
    processor_ns_ += processor_ns;
    handling_budget_.Spend(processor_ns);
  }

  /// Looks at the clock; see Watchdog::Look. Returns when to look again.
  std::int64_t LookAtClock(std::int64_t now_ns);

  /// A watcher: see WatchHub.
  std::shared_ptr<WatchHub::Place> AttachWatcher(std::shared_ptr<Watcher> stream);

  /// Stops the arm, then ends all streams. After kSessionEnded every stream that attaches later
  /// ends too.
  void EndStreams(StreamEnd reason);

  /// Has the state saved after the next bin, or at once if no stream is attached, `self` being this session,
  /// which has a journal. Returns the number of the checkpoint.
  std::uint64_t RequestSave(std::shared_ptr<Session> self, std::string_view reason);

  /// Once the present chunk is done, the last, its state is saved for good and `then` is called; after
  /// EndStreams, `self` being this session.
  void Finish(std::shared_ptr<Session> self, std::string_view reason, std::function<void()> then);

  /// Since when neither an acquisition nor an arm stream has been attached, on the monotonic clock. Nothing: one is.
  std::optional<std::int64_t> idle_since_ns() const;

  /// The session as it is now.
  v1::Session Describe() const;
  v1::SessionStatistics Statistics() const;

 private:
  /// Records the change if it was made.
  SessionDecoders::Outcome Noted(SessionDecoders::Outcome outcome, SessionEventKind kind,
                                 std::string_view detail);

  std::string id_;
  std::int64_t number_ = 0;
  SessionSettings settings_;
  v1::SessionConfig config_;
  std::int64_t create_time_unix_ns_;
  std::shared_ptr<EventSink> events_;
  std::shared_ptr<RecordingSink> recording_;
  std::shared_ptr<SessionJournal> journal_;
  Budget::Share processors_;
  std::shared_ptr<Budget::Share> memory_;  // the journal has it too
  HandlingBudget handling_budget_;
  StageLatencies latencies_;

  CommandMailbox mailbox_;
  BehaviorInbox inbox_;
  Watchdog watchdog_;
  ControlLoop loop_;
  SessionDecoders decoders_;
  AcquisitionSeat seat_;
  WatchHub watch_hub_;
  std::atomic<std::uint64_t> skipped_commands_ = 0;
  std::atomic<std::int64_t> processor_ns_ = 0;
  std::atomic<bool> ended_ = false;
  std::atomic<bool> streams_ended_ = false;  // in good order: no stream is lost any more

  StreamPresence acquisition_presence_, arm_presence_;
  mutable std::mutex arm_mutex_;
  std::shared_ptr<ServerStream> arm_;
  std::string arm_client_id_;
};

}  // namespace efferent

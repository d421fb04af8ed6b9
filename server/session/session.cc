#include "server/session/session.h"

#include <algorithm>
#include <utility>

#include "server/journal/unix_clock.h"
#include "server/session/command_status.h"
#include "server/session/imported_decoder.h"

namespace efferent {
namespace {

std::string_view Explain(RollbackReason reason) {
  switch (reason) {
    case RollbackReason::kNone:
      break;
    case RollbackReason::kLabelsContradict:
      return "labels contradict the decoder that they agreed with, and its neurons are as before: "
             "learning is frozen; look at target, arm state and kinematics, then enable it again";
    case RollbackReason::kLearningHarms:
      return "learning has made the decoder worse than its last good weights, which it has again: "
             "learning is frozen; look at the labels and the decoder's settings, then enable it "
             "again";
    case RollbackReason::kRatesExplode:
      return "learning has made the decoder's neurons fire faster than "
             "learning.guard.max_firing_rate_hz, and it has its last good weights again: learning "
             "is frozen; look at its learning rate and target rate, then enable it again";
  }
  return "";
}

/// Writes commands down that were not decoded from a bin; the others go with their chunk.
class JournalListener final : public CommandListener {
 public:
  JournalListener(const CommandMailbox* mailbox, std::shared_ptr<SessionJournal> journal)
      : mailbox_(mailbox), journal_(std::move(journal)) {}

  void OnCommand() noexcept override {
    CommandCursor cursor;
    const auto latest = mailbox_->TakeNewer(&cursor);
    if (!latest) return;
    if (!latest->decoded) journal_->OnCommand(latest->command);
  }

 private:
  const CommandMailbox* mailbox_;
  std::shared_ptr<SessionJournal> journal_;
};

/// Takes the seat where no stream is to come, or none is there.
class SilentHolder final : public AcquisitionHolder {
 public:
  using OnReady = std::function<void(const AcquisitionHolder*)>;
  explicit SilentHolder(OnReady on_ready) : on_ready_(std::move(on_ready)) {}
  /// Lets go of what it holds, which may hold the seat.
  void OnSeatReady() noexcept override { std::exchange(on_ready_, nullptr)(this); }
  void End(StreamEnd) noexcept override {}
  void CutIfStuck(std::int64_t) noexcept override {}

 private:
  OnReady on_ready_;
};

ResumedSession NewSession(std::string id, const SessionSettings& settings,
                          const DecoderFactory& make_decoder) {
  return {std::move(id),         settings, UnixNowNs(), LoopState(MakeStep(settings, make_decoder)),
          FirstRoster(settings), {}};
}

}  // namespace

Session::Session(std::string id, const SessionSettings& settings,
                 const DecoderFactory& make_decoder, SessionShares shares,
                 std::shared_ptr<EventSink> events, std::shared_ptr<RecordingSink> recording)
    : Session(NewSession(std::move(id), settings, make_decoder), make_decoder, std::move(shares),
              std::move(events), std::move(recording)) {}

Session::Session(ResumedSession resumed, const DecoderFactory& make_decoder, SessionShares shares,
                 std::shared_ptr<EventSink> events, std::shared_ptr<RecordingSink> recording)
    : id_(std::move(resumed.session_id)),
      settings_(resumed.settings),
      config_(WriteSettings(settings_)),
      create_time_unix_ns_(resumed.create_time_unix_ns),
      events_(std::move(events)),
      recording_(std::move(recording)),
      journal_(recording_ ? recording_->MakeJournal({id_, create_time_unix_ns_}, settings_,
                                                    resumed.position)
                          : nullptr),
      processors_(std::move(shares.processors)),
      memory_(std::make_shared<Budget::Share>(std::move(shares.memory))),
      handling_budget_(processors_.amount()),
      watchdog_(settings_.watchdog, &mailbox_),
      loop_(std::move(resumed.state), settings_.timing, &mailbox_, &inbox_, &latencies_,
            MonotonicNowNs, journal_.get()),
      decoders_(
          settings_, std::move(resumed.roster), make_decoder, &loop_,
          [this](const DecoderChangeNote& note) {
            if (recording_) recording_->DecoderChangeAsked({id_, create_time_unix_ns_}, note);
          },
          std::move(shares.driver), std::move(shares.memory_budget)) {
  if (resumed.position.sequence_number > 0) {
    mailbox_.BeginStopped();
    loop_.BeginBehind();
  }
  if (!journal_) return;
  journal_->Hold(memory_);
  journal_->ReserveState(loop_.StateSize());
  mailbox_.Subscribe(std::make_shared<JournalListener>(&mailbox_, journal_), /*first=*/false);
}

std::optional<bool> Session::AttachAcquisition(std::shared_ptr<AcquisitionHolder> stream,
                                               bool take_over) {
  const auto ready = take_over ? seat_.Attach(stream) : seat_.AttachUnlessOther(stream);
  if (!ready) return ready;
  acquisition_presence_.Change();
  events_->Record(SessionEventKind::kAcquisitionAttached, id_, "");
  if (ended_) stream->End(StreamEnd::kSessionEnded);
  return ready;
}

void Session::EndChunk(const AcquisitionHolder* stream) {
  // The stream may have broken while its last chunk was decoded, after the arm was stopped.
  if (!seat_.EndChunk(stream) && !seat_.taken()) mailbox_.Stop(MonotonicNowNs());
}

void Session::LeaveAcquisition(const AcquisitionHolder* stream, std::string_view why) {
  if (!seat_.Leave(stream)) return;
  acquisition_presence_.Change();
  const bool stopped = mailbox_.Stop(MonotonicNowNs());
  events_->Record(SessionEventKind::kAcquisitionLost, id_, why);
  if (stopped) events_->Record(SessionEventKind::kStopped, id_, "the acquisition stream ended");
}

bool Session::AttachArm(std::shared_ptr<ServerStream> stream, const std::string& client_id,
                        bool take_over) {
  std::shared_ptr<ServerStream> older;
  {
    const std::lock_guard lock(arm_mutex_);
    if (arm_ && arm_client_id_ != client_id && !take_over) return false;
    older = std::exchange(arm_, stream);
    arm_client_id_ = client_id;
  }
  arm_presence_.Change();
  events_->Record(SessionEventKind::kArmAttached, id_, "");
  if (older) older->End(StreamEnd::kTakenOver);
  if (ended_) stream->End(StreamEnd::kSessionEnded);
  return true;
}

void Session::LeaveArm(const ServerStream* stream) {
  std::shared_ptr<ServerStream> leaving;
  {
    const std::lock_guard lock(arm_mutex_);
    if (arm_.get() != stream) return;
    leaving = std::exchange(arm_, nullptr);
  }
  inbox_.Forget();
  arm_presence_.Change();
  if (!streams_ended_) events_->Record(SessionEventKind::kArmLost, id_, "");
}

bool Session::UpdateArm(const v1::ArmUpdate& update, const BehaviorSample& sample,
                        const std::vector<TrialBoundary>& boundaries) {
  if (!inbox_.Put(sample, boundaries)) return false;
  if (journal_) journal_->OnArmUpdate(update.SerializeAsString());
  watch_hub_.Publish(update);
  return true;
}

void Session::PublishTrialEvents(const v1::AcquisitionChunk& chunk) {
  if (chunk.trial_events().empty()) return;
  if (journal_) {
    v1::AcquisitionChunk events;
    *events.mutable_trial_events() = chunk.trial_events();
    journal_->OnTrialEvents(events.SerializeAsString());
  }
  watch_hub_.Publish(chunk.trial_events());
}

void Session::SetLearning(bool enabled) {
  loop_.SetLearning(enabled);
  if (journal_) journal_->RequestCheckpoint(enabled ? "learning resumed" : "learning frozen");
  events_->Record(enabled ? SessionEventKind::kLearningResumed : SessionEventKind::kLearningFrozen,
                  id_, "by request");
}

void Session::NoteRollback(RollbackReason reason) {
  const auto kind = SessionEventKind::kLearningRolledBack;
  if (journal_) journal_->RequestCheckpoint(Name(kind));
  events_->Record(kind, id_, Explain(reason));
}

SessionDecoders::Outcome Session::SwapDecoder(const v1::DecoderConfig& config,
                                              const GivenUp& given_up) {
  return Noted(decoders_.Swap(config, {}, given_up), SessionEventKind::kDecoderSwapped,
               DecoderName(config));
}

SessionDecoders::Outcome Session::AddShadow(const std::string& name,
                                            const v1::DecoderConfig* config, bool frozen,
                                            const GivenUp& given_up) {
  return Noted(decoders_.AddShadow(name, config, frozen, {}, given_up),
               SessionEventKind::kShadowAdded, name);
}

SessionDecoders::Outcome Session::RemoveShadow(const std::string& name) {
  return Noted(decoders_.RemoveShadow(name), SessionEventKind::kShadowRemoved, name);
}

SessionDecoders::Outcome Session::PromoteShadow(const std::string& name, const GivenUp& given_up) {
  return Noted(decoders_.PromoteShadow(name, given_up), SessionEventKind::kShadowPromoted, name);
}

SessionDecoders::Outcome Session::AdmitDecoder(const v1::SavedDecoder& decoder,
                                               std::size_t* max_state_bytes) const {
  const v1::DecoderConfig& config = decoder.config().decoder();
  std::vector<Violation> violations = CompareOrigin(decoder, settings_);
  if (config.decoder_case() == v1::DecoderConfig::DECODER_NOT_SET) {
    violations.push_back({"config.decoder",
                          "is not set, or is a decoder that this version does not "
                          "have"});
  }
  if (!violations.empty()) return {SessionDecoders::Status::kInvalid, std::move(violations)};
  SessionDecoders::Outcome outcome = decoders_.FindMaxStateBytes(config, max_state_bytes);
  for (Violation& violation : outcome.violations) violation.field = "config." + violation.field;
  return outcome;
}

SessionDecoders::Outcome Session::ImportDecoder(const v1::ImportDecoderStart& start,
                                                std::string_view state, const GivenUp& given_up) {
  const v1::DecoderConfig& config = start.decoder().config().decoder();
  // What a file says of itself goes into logs and databases only if it is what we would have written.
  const v1::DecoderProvenance& from = start.decoder().provenance();
  const std::string origin =
      IsIdentifier(from.session_id())
          ? " of session " + from.session_id() + ", bin " + std::to_string(from.bin_index())
          : " of no session";
  if (start.shadow().empty()) {
    return Noted(decoders_.Swap(config, state, given_up), SessionEventKind::kDecoderSwapped,
                 std::string(DecoderName(config)) + origin);
  }
  return Noted(decoders_.AddShadow(start.shadow(), &config, start.frozen(), state, given_up),
               SessionEventKind::kShadowAdded, start.shadow() + origin);
}

SessionDecoders::Outcome Session::Noted(SessionDecoders::Outcome outcome, SessionEventKind kind,
                                        std::string_view detail) {
  if (outcome.status == SessionDecoders::Status::kDone) {
    events_->Record(kind, id_, detail);
    if (journal_) journal_->RequestCheckpoint(Name(kind));
  }
  return outcome;
}

std::int64_t Session::LookAtClock(std::int64_t now_ns) {
  const Watchdog::Outcome outcome = watchdog_.Look(now_ns);
  if (outcome.event == Watchdog::Event::kHeld) {
    events_->Record(SessionEventKind::kHeld, id_, "no bin in time");
  } else if (outcome.event == Watchdog::Event::kStopped) {
    events_->Record(SessionEventKind::kStopped, id_, "no bin in time");
  }
  return outcome.look_again_at_ns;
}

std::shared_ptr<WatchHub::Place> Session::AttachWatcher(std::shared_ptr<Watcher> stream) {
  auto place = watch_hub_.Subscribe(stream);
  if (ended_) stream->End(StreamEnd::kSessionEnded);
  return place;
}

void Session::EndStreams(StreamEnd reason) {
  // At once: a stream whose client does not read keeps the session itself alive.
  if (reason == StreamEnd::kSessionEnded && !ended_.exchange(true)) processors_.GiveBack();
  streams_ended_ = true;
  mailbox_.Stop(MonotonicNowNs());
  seat_.End(reason);
  std::shared_ptr<ServerStream> arm;
  {
    const std::lock_guard lock(arm_mutex_);
    arm = arm_;
  }
  if (arm) arm->End(reason);
  watch_hub_.End(reason);
}

std::uint64_t Session::RequestSave(std::shared_ptr<Session> self, std::string_view reason) {
  const std::uint64_t number = journal_->RequestCheckpoint(reason);
  // Without a stream no bin comes after which it would be done.
  const auto holder =
      std::make_shared<SilentHolder>([self = std::move(self)](const AcquisitionHolder* seated) {
        if (!self->seat_.BeginChunk(seated)) return;
        self->loop_.Finish();
        self->seat_.EndChunk(seated);
        self->seat_.Leave(seated);
      });
  if (seat_.AttachIfFree(holder).value_or(false)) holder->OnSeatReady();
  return number;
}

void Session::Finish(std::shared_ptr<Session> self, std::string_view reason,
                     std::function<void()> then) {
  auto finish = [self = std::move(self), reason = std::string(reason),
                 then = std::move(then)](const AcquisitionHolder*) {
    if (self->journal_) {
      self->journal_->RequestCheckpoint(reason);
      self->loop_.Finish();
    }
    then();
  };
  const auto holder = std::make_shared<SilentHolder>(std::move(finish));
  if (seat_.Attach(holder)) holder->OnSeatReady();
}

std::optional<std::int64_t> Session::idle_since_ns() const {
  {
    const std::lock_guard lock(arm_mutex_);
    if (arm_) return std::nullopt;
  }
  if (seat_.taken()) return std::nullopt;
  return std::max(acquisition_presence_.since_ns(), arm_presence_.since_ns());
}

v1::Session Session::Describe() const {
  const LoopStatus status = loop_.status();
  v1::Session session;
  session.set_session_id(id_);
  *session.mutable_config() = config_;
  session.set_create_time_unix_ns(create_time_unix_ns_);
  session.set_learning_enabled(status.learning_enabled);
  session.set_decoded_until_ns(status.decoded_until_ns);
  session.set_applied_sequence_number(status.applied_sequence_number);
  session.set_acquisition_attached(seat_.taken());
  {
    const std::lock_guard lock(arm_mutex_);
    session.set_arm_attached(arm_ != nullptr);
  }
  session.set_acquisition_since_time_unix_ns(acquisition_presence_.since_unix_ns());
  session.set_arm_since_time_unix_ns(arm_presence_.since_unix_ns());
  *session.mutable_statistics() = Statistics();
  decoders_.Describe(status, &session);
  session.set_reserved_processor_share(processors_.amount());
  if (journal_) {
    v1::SessionRecording* recording = session.mutable_recording();
    recording->set_durable_sequence_number(journal_->durable_sequence_number());
    recording->set_lost_record_count(journal_->num_lost_records());
  }
  return session;
}

v1::SessionStatistics Session::Statistics() const {
  const LoopStatus status = loop_.status();
  v1::SessionStatistics statistics;
  statistics.set_decoded_bin_count(status.decoded_bin_count);
  statistics.set_missed_bin_count(status.missed_bin_count);
  statistics.set_learned_bin_count(status.learned_bin_count);
  statistics.set_skipped_learning_count(status.skipped_learning_count);
  statistics.set_missed_deadline_count(status.missed_deadline_count);
  statistics.set_stale_bin_count(status.stale_bin_count);
  statistics.set_implausible_bin_count(status.implausible_bin_count);
  statistics.set_masked_channel_count(status.masked_channel_count);
  statistics.set_ever_masked_channel_count(status.ever_masked_channel_count);
  statistics.set_late_event_count(status.late_event_count);
  statistics.set_duplicate_chunk_count(status.duplicate_chunk_count);
  statistics.set_missing_chunk_count(status.missing_chunk_count);
  statistics.set_late_chunk_count(status.late_chunk_count);
  statistics.set_held_count(mailbox_.held_count());
  statistics.set_stopped_count(mailbox_.stopped_count());
  statistics.set_fault_count(status.fault_count);
  statistics.set_learning_rollback_count(status.learning_rollback_count);
  statistics.set_rejected_label_count(status.rejected_label_count);
  statistics.set_skipped_command_count(skipped_commands_);
  if (const auto error = status.driver.mean_squared_error_m2_s2) {
    statistics.set_mean_squared_error_m2_s2(*error);
  }
  if (status.firing_rate_hz) statistics.set_firing_rate_hz(*status.firing_rate_hz);
  if (status.weight_norm) statistics.set_weight_norm(*status.weight_norm);
  if (const auto last = mailbox_.last_bin(); last.number > 0) {
    statistics.set_command_status(ToMessage(last.status));
  }
  statistics.set_processor_time_ns(processor_ns_);
  for (const Stage stage : kStages) {
    const LatencyDistribution latencies = latencies_.Read(stage);
    if (latencies.count == 0) continue;
    v1::StageLatency* message = statistics.add_stage_latencies();
    message->set_stage(static_cast<v1::LatencyStage>(static_cast<int>(stage) + 1));
    message->set_count(latencies.count);
    message->set_p50_ns(latencies.Percentile(0.5));
    message->set_p99_ns(latencies.Percentile(0.99));
    message->set_max_ns(latencies.max_ns);
  }
  return statistics;
}

}  // namespace efferent

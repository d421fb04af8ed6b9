#include "server/session/session_decoders.h"

#include <new>
#include <utility>

#include "decoder/state_visitor.h"
#include "files/packing.h"
#include "server/session/imported_decoder.h"

namespace efferent {

SessionDecoders::SessionDecoders(const SessionSettings& settings, DecoderRoster roster,
                                 DecoderFactory make_decoder, ControlLoop* loop, Note note)
    : settings_(settings),
      make_decoder_(std::move(make_decoder)),
      loop_(loop),
      note_(std::move(note)),
      roster_(std::move(roster)) {}

SessionDecoders::Outcome SessionDecoders::Swap(const v1::DecoderConfig& config,
                                               std::string_view state) {
  const std::lock_guard change(change_mutex_);
  DecoderChangeNote note;
  note.kind = DecoderChange::Kind::kSwap;
  note.config = config;
  return MakeAndPost(std::move(note), state);
}

SessionDecoders::Outcome SessionDecoders::AddShadow(const std::string& name,
                                                    const v1::DecoderConfig* config, bool frozen,
                                                    std::string_view state) {
  if (!IsIdentifier(name) || name == kDriver) {
    return {Status::kInvalid,
            {{"name", "must be letters, digits, `-` and `_`, at most 64, and not `driver`"}}};
  }
  const std::lock_guard change(change_mutex_);
  if (roster_.Find(name)) return {Status::kNameInUse, {}};
  const std::optional<int> slot = roster_.FreeSlot();
  if (!slot) return {Status::kFull, {}};
  DecoderChangeNote note;
  note.kind = DecoderChange::Kind::kAddShadow;
  note.slot = *slot;
  note.name = name;
  note.config = config ? *config : roster_.driver;
  note.frozen = frozen;
  note.twin = config == nullptr;
  return MakeAndPost(std::move(note), state);
}

SessionDecoders::Outcome SessionDecoders::RemoveShadow(std::string_view name) {
  return ChangeShadow(name, DecoderChange::Kind::kRemoveShadow);
}

SessionDecoders::Outcome SessionDecoders::PromoteShadow(std::string_view name) {
  return ChangeShadow(name, DecoderChange::Kind::kPromoteShadow);
}

SessionDecoders::Outcome SessionDecoders::ChangeShadow(std::string_view name,
                                                       DecoderChange::Kind kind) {
  const std::lock_guard change(change_mutex_);
  const DecoderRoster::Shadow* shadow = roster_.Find(name);
  if (!shadow) return {Status::kUnknownName, {}};
  if (kind == DecoderChange::Kind::kPromoteShadow) {
    Outcome outcome = CheckDriver(shadow->config);
    if (outcome.status != Status::kDone) return outcome;
  }
  DecoderChangeNote note;
  note.kind = kind;
  note.slot = shadow->slot;
  note.name = shadow->name;
  return Post(std::move(note), nullptr);
}

void SessionDecoders::Describe(const LoopStatus& status, v1::Session* session) const {
  const std::lock_guard lock(mutex_);
  // Before that the loop's scores are of other decoders.
  const bool pending = status.decoder_change_count < roster_.num_changes;
  session->set_decoder_change_pending(pending);
  session->set_driver_since_bin_index(status.driver_since_bin_index);
  const auto add = [&](std::string_view name, const v1::DecoderConfig& config,
                       const DecoderScore& score) {
    v1::SessionDecoder* decoder = session->add_decoders();
    decoder->set_name(std::string(name));
    *decoder->mutable_config() = config;
    if (pending) return decoder;
    decoder->set_scored_bin_count(score.scored_bin_count);
    decoder->set_learned_bin_count(score.learned_bin_count);
    decoder->set_skipped_bin_count(score.skipped_bin_count);
    if (score.mean_squared_error_m2_s2) {
      decoder->set_mean_squared_error_m2_s2(*score.mean_squared_error_m2_s2);
    }
    return decoder;
  };
  add(kDriver, roster_.driver, status.driver);
  for (const DecoderRoster::Shadow& shadow : roster_.shadows) {
    add(shadow.name, shadow.config, status.shadows[static_cast<std::size_t>(shadow.slot)])
        ->set_frozen(shadow.frozen);
  }
  *session->mutable_config()->mutable_decoder() = roster_.driver;
}

SessionDecoders::Outcome SessionDecoders::FindMaxStateBytes(const v1::DecoderConfig& config,
                                                            std::size_t* bytes) const {
  Outcome outcome;
  v1::DecoderConfig whole = config;
  if (const auto decoder = Make(&whole, {}, &outcome)) *bytes = MaxStateBytes(*decoder);
  return outcome;
}

SessionSettings SessionDecoders::With(const v1::DecoderConfig& config,
                                      std::vector<Violation>* violations) const {
  v1::SessionConfig whole = WriteSettings(settings_);
  *whole.mutable_decoder() = config;
  return ReadSettings(whole, SettingsUse::kSession, violations);
}

SessionDecoders::Outcome SessionDecoders::CheckDriver(const v1::DecoderConfig& config) const {
  if (!settings_.timing.real_time) return {};
  std::vector<Violation> none;
  Outcome outcome;
  try {
    outcome.cost = MeasureStepCost(With(config, &none), make_decoder_);
    outcome.deadline_ns = settings_.timing.deadline_ns;
    if (outcome.cost.ResponseNs() > outcome.deadline_ns) outcome.status = Status::kTooSlow;
  } catch (const std::bad_alloc&) {
    outcome.status = Status::kTooLarge;
  }
  return outcome;
}

std::unique_ptr<Decoder> SessionDecoders::Make(v1::DecoderConfig* config, std::string_view state,
                                               Outcome* outcome) const {
  const SessionSettings settings = With(*config, &outcome->violations);
  outcome->status = Status::kInvalid;
  if (!outcome->violations.empty()) return nullptr;
  try {
    *config = WriteSettings(settings).decoder();
    std::unique_ptr<Decoder> decoder = MakeSessionDecoder(settings, make_decoder_);
    if (!state.empty()) LoadImportedState(state, settings, decoder.get());
    outcome->status = Status::kDone;
    return decoder;
  } catch (const InvalidParameters& error) {
    outcome->violations = error.violations();
  } catch (const StateMismatch& error) {
    outcome->violations = {{"state", error.what()}};
  } catch (const std::bad_alloc&) {
    outcome->status = Status::kTooLarge;
  }
  return nullptr;
}

SessionDecoders::Outcome SessionDecoders::MakeAndPost(DecoderChangeNote note,
                                                      std::string_view state) {
  Outcome outcome;
  std::unique_ptr<Decoder> decoder = Make(&note.config, state, &outcome);
  if (!decoder) return outcome;
  if (note.kind == DecoderChange::Kind::kSwap) {
    outcome = CheckDriver(note.config);
    if (outcome.status != Status::kDone) return outcome;
  }
  if (!state.empty()) note.weights = Packer().Pack(state);
  return Post(std::move(note), loop_->MakeLearner(std::move(decoder)));
}

SessionDecoders::Outcome SessionDecoders::Post(DecoderChangeNote note,
                                               std::unique_ptr<Learner> learner) {
  const std::lock_guard lock(mutex_);
  note.number = roster_.num_changes + 1;
  DecoderChange change;
  change.kind = note.kind;
  change.number = note.number;
  change.slot = note.slot;
  change.learner = std::move(learner);
  change.frozen = note.frozen;
  change.twin = note.twin;
  if (note_) note_(note);
  if (!loop_->Change(std::move(change))) return {Status::kFull, {}};
  roster_.Apply(note);
  return {};
}

}  // namespace efferent

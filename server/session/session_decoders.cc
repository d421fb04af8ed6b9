#include "server/session/session_decoders.h"

#include <google/protobuf/util/message_differencer.h>

#include <array>
#include <new>
#include <utility>

#include "decoder/state_visitor.h"
#include "files/packing.h"
#include "server/session/imported_decoder.h"

namespace efferent {
namespace {

bool AreEqual(const v1::DecoderConfig& a, const v1::DecoderConfig& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

/// Where the loop has the decoders that will be the driver (first) and in each slot, before it carries out the
/// changes after number `num_done`: LoopState::kDriver or a slot. Nothing: it does not have it yet.
using Places = std::array<std::optional<int>, Shadows::kMax + 1>;
Places FindPlaces(const std::vector<DecoderChangeNote>& changes, std::uint64_t num_done) {
  Places places;
  for (int i = 0; i <= Shadows::kMax; ++i) places[static_cast<std::size_t>(i)] = i - 1;
  auto& driver = places.front();
  for (const DecoderChangeNote& change : changes) {
    if (change.number <= num_done) continue;
    auto& slot = places[static_cast<std::size_t>(change.slot) + 1];
    switch (change.kind) {
      case DecoderChange::Kind::kSwap:
        driver.reset();
        break;
      case DecoderChange::Kind::kAddShadow:
      case DecoderChange::Kind::kRemoveShadow:
        slot.reset();
        break;
      case DecoderChange::Kind::kPromoteShadow:
        std::swap(driver, slot);
        break;
    }
  }
  return places;
}

}  // namespace

SessionDecoders::SessionDecoders(const SessionSettings& settings, DecoderRoster roster,
                                 DecoderFactory make_decoder, ControlLoop* loop, Note note,
                                 Budget::Share driver, std::shared_ptr<MemoryBudget> memory)
    : settings_(settings),
      make_decoder_(std::move(make_decoder)),
      loop_(loop),
      note_(std::move(note)),
      memory_budget_(std::move(memory)),
      roster_(std::move(roster)) {
  memory_.front() = std::move(driver);
  // Shadows of a session that goes on run already, whether there is memory for them or not.
  for (const DecoderRoster::Shadow& shadow : roster_.shadows) {
    std::vector<Violation> none;
    MemoryRefusal ignored;
    ReserveMemory(memory_budget_.get(), EstimateLearnerBytes(With(shadow.config, &none)),
                  &memory_[1 + static_cast<std::size_t>(shadow.slot)], &ignored);
  }
}

SessionDecoders::Outcome SessionDecoders::Swap(const v1::DecoderConfig& config,
                                               std::string_view state, const GivenUp& given_up) {
  DecoderChangeNote note;
  note.kind = DecoderChange::Kind::kSwap;
  note.config = config;
  Outcome outcome;
  Budget::Share memory;
  std::unique_ptr<Learner> learner = MakeLearner(&note, state, given_up, &memory, &outcome);
  if (learner) outcome = CheckDriver(note.config, given_up);
  if (outcome.status != Status::kDone) return outcome;
  const std::lock_guard lock(mutex_);
  if (given_up && given_up()) return {Status::kGivenUp, {}};
  return Post(std::move(note), std::move(learner), std::move(memory));
}

SessionDecoders::Outcome SessionDecoders::AddShadow(const std::string& name,
                                                    const v1::DecoderConfig* config, bool frozen,
                                                    std::string_view state,
                                                    const GivenUp& given_up) {
  if (!IsIdentifier(name) || name == kDriver) {
    return {Status::kInvalid,
            {{"name", "must be letters, digits, `-` and `_`, at most 64, and not `driver`"}}};
  }
  while (true) {
    DecoderChangeNote note;
    note.kind = DecoderChange::Kind::kAddShadow;
    note.name = name;
    note.frozen = frozen;
    note.twin = config == nullptr;
    v1::DecoderConfig driver;
    {
      const std::lock_guard lock(mutex_);
      Outcome refusal = CheckRoom(name);
      if (refusal.status != Status::kDone) return refusal;
      driver = roster_.driver;
    }
    note.config = config ? *config : driver;
    Outcome outcome;
    Budget::Share memory;
    std::unique_ptr<Learner> learner = MakeLearner(&note, state, given_up, &memory, &outcome);
    if (!learner) return outcome;
    const std::lock_guard lock(mutex_);
    if (given_up && given_up()) return {Status::kGivenUp, {}};
    outcome = CheckRoom(name);
    if (outcome.status != Status::kDone) return outcome;
    if (note.twin && !AreEqual(driver, roster_.driver)) continue;  // swapped meanwhile
    note.slot = *roster_.FreeSlot();
    return Post(std::move(note), std::move(learner), std::move(memory));
  }
}

SessionDecoders::Outcome SessionDecoders::RemoveShadow(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const DecoderRoster::Shadow* shadow = roster_.Find(name);
  if (!shadow) return {Status::kUnknownName, {}};
  DecoderChangeNote note;
  note.kind = DecoderChange::Kind::kRemoveShadow;
  note.slot = shadow->slot;
  note.name = shadow->name;
  return Post(std::move(note), nullptr, {});
}

SessionDecoders::Outcome SessionDecoders::PromoteShadow(std::string_view name,
                                                        const GivenUp& given_up) {
  std::optional<v1::DecoderConfig> tried_out;
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      const DecoderRoster::Shadow* shadow = roster_.Find(name);
      if (!shadow) return {Status::kUnknownName, {}};
      if (given_up && given_up()) return {Status::kGivenUp, {}};
      if (tried_out && AreEqual(*tried_out, shadow->config)) {
        DecoderChangeNote note;
        note.kind = DecoderChange::Kind::kPromoteShadow;
        note.slot = shadow->slot;
        note.name = shadow->name;
        return Post(std::move(note), nullptr, {});
      }
      tried_out = shadow->config;
    }
    Outcome outcome = CheckDriver(*tried_out, given_up);
    if (outcome.status != Status::kDone) return outcome;
  }
}

void SessionDecoders::Describe(const LoopStatus& status, v1::Session* session) const {
  const std::lock_guard lock(mutex_);
  session->set_decoder_change_pending(status.decoder_change_count < roster_.num_changes);
  session->set_driver_since_bin_index(status.driver_since_bin_index);
  const Places places = FindPlaces(changes_, status.decoder_change_count);
  const auto add = [&](std::string_view name, const v1::DecoderConfig& config, int who) {
    v1::SessionDecoder* decoder = session->add_decoders();
    decoder->set_name(std::string(name));
    *decoder->mutable_config() = config;
    const std::optional<int> place = places[static_cast<std::size_t>(who + 1)];
    if (!place) return decoder;
    const DecoderScore& score = *place == LoopState::kDriver
                                    ? status.driver
                                    : status.shadows[static_cast<std::size_t>(*place)];
    decoder->set_scored_bin_count(score.scored_bin_count);
    decoder->set_learned_bin_count(score.learned_bin_count);
    decoder->set_skipped_bin_count(score.skipped_bin_count);
    if (score.mean_squared_error_m2_s2) {
      decoder->set_mean_squared_error_m2_s2(*score.mean_squared_error_m2_s2);
    }
    return decoder;
  };
  add(kDriver, roster_.driver, LoopState::kDriver);
  for (const DecoderRoster::Shadow& shadow : roster_.shadows) {
    add(shadow.name, shadow.config, shadow.slot)->set_frozen(shadow.frozen);
  }
  *session->mutable_config()->mutable_decoder() = roster_.driver;
}

SessionDecoders::Outcome SessionDecoders::FindMaxStateBytes(const v1::DecoderConfig& config,
                                                            std::size_t* bytes) const {
  Outcome outcome;
  v1::DecoderConfig whole = config;
  Budget::Share memory;
  if (const auto decoder = Make(&whole, {}, &memory, &outcome)) *bytes = MaxStateBytes(*decoder);
  return outcome;
}

SessionSettings SessionDecoders::With(const v1::DecoderConfig& config,
                                      std::vector<Violation>* violations) const {
  v1::SessionConfig whole = WriteSettings(settings_);
  *whole.mutable_decoder() = config;
  return ReadSettings(whole, SettingsUse::kSession, violations);
}

SessionDecoders::Outcome SessionDecoders::CheckDriver(const v1::DecoderConfig& config,
                                                      const GivenUp& given_up) const {
  if (!settings_.timing.real_time) return {};
  std::vector<Violation> none;
  Outcome outcome;
  try {
    outcome.cost = MeasureStepCost(With(config, &none), make_decoder_, given_up);
    outcome.deadline_ns = settings_.timing.deadline_ns;
    if (outcome.cost.ResponseNs() > outcome.deadline_ns) outcome.status = Status::kTooSlow;
  } catch (const std::bad_alloc&) {
    outcome.status = Status::kTooLarge;
  }
  return outcome;
}

std::unique_ptr<Decoder> SessionDecoders::Make(v1::DecoderConfig* config, std::string_view state,
                                               Budget::Share* memory, Outcome* outcome) const {
  const SessionSettings settings = With(*config, &outcome->violations);
  outcome->status = Status::kInvalid;
  if (!outcome->violations.empty()) return nullptr;
  if (!ReserveMemory(memory_budget_.get(), EstimateLearnerBytes(settings), memory,
                     &outcome->memory)) {
    outcome->status = Status::kNoMemory;
    return nullptr;
  }
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

std::unique_ptr<Learner> SessionDecoders::MakeLearner(DecoderChangeNote* note,
                                                      std::string_view state,
                                                      const GivenUp& given_up,
                                                      Budget::Share* memory,
                                                      Outcome* outcome) const {
  std::unique_ptr<Decoder> decoder = Make(&note->config, state, memory, outcome);
  if (decoder && given_up && given_up()) *outcome = {Status::kGivenUp, {}};
  if (outcome->status != Status::kDone) return nullptr;
  if (!state.empty()) note->weights = Packer().Pack(state);
  return loop_->MakeLearner(std::move(decoder));
}

SessionDecoders::Outcome SessionDecoders::CheckRoom(std::string_view name) const {
  if (roster_.Find(name)) return {Status::kNameInUse, {}};
  if (!roster_.FreeSlot()) return {Status::kFull, {}};
  return {};
}

SessionDecoders::Outcome SessionDecoders::Post(DecoderChangeNote note,
                                               std::unique_ptr<Learner> learner,
                                               Budget::Share memory) {
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
  MoveMemory(note, std::move(memory));
  note.weights.clear();
  if (changes_.size() == 2 * ControlLoop::kMaxWaitingChanges) changes_.erase(changes_.begin());
  changes_.push_back(std::move(note));
  return {};
}

void SessionDecoders::MoveMemory(const DecoderChangeNote& note, Budget::Share memory) {
  using Kind = DecoderChange::Kind;
  const bool drives = note.kind == Kind::kSwap;
  Budget::Share& place = memory_[drives ? 0 : 1 + static_cast<std::size_t>(note.slot)];
  if (note.kind == Kind::kPromoteShadow) return std::swap(place, memory_.front());
  retired_memory_ = std::exchange(place, std::move(memory));
}

}  // namespace efferent

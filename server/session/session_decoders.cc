#include "server/session/session_decoders.h"

#include <algorithm>
#include <utility>

namespace efferent {
SessionDecoders::SessionDecoders(const SessionSettings& settings, DecoderFactory make_decoder,
                                 ControlLoop* loop)
    : settings_(settings),
      make_decoder_(std::move(make_decoder)),
      loop_(loop),
      driver_(WriteSettings(settings).decoder()) {}

SessionDecoders::Outcome SessionDecoders::Swap(const v1::DecoderConfig& config) {
  const std::lock_guard lock(mutex_);
  Outcome outcome;
  v1::DecoderConfig whole = config;
  DecoderChange change;
  change.kind = DecoderChange::Kind::kSwap;
  change.learner = Make(&whole, &outcome);
  if (!change.learner) return outcome;
  outcome = Post(std::move(change));
  if (outcome.status == Status::kDone) driver_ = std::move(whole);
  return outcome;
}

SessionDecoders::Outcome SessionDecoders::AddShadow(const std::string& name,
                                                    const v1::DecoderConfig* config, bool frozen) {
  if (!IsIdentifier(name) || name == kDriver) {
    return {Status::kInvalid,
            {{"name", "must be letters, digits, `-` and `_`, at most 64, and not `driver`"}}};
  }
  const std::lock_guard lock(mutex_);
  if (FindShadow(name) != shadows_.end()) return {Status::kNameInUse, {}};
  const std::optional<int> slot = FreeSlot();
  if (!slot) return {Status::kFull, {}};
  Outcome outcome;
  Entry entry{name, config ? *config : driver_, *slot, frozen};
  DecoderChange change;
  change.kind = DecoderChange::Kind::kAddShadow;
  change.slot = *slot;
  change.learner = Make(&entry.config, &outcome);
  change.frozen = frozen;
  change.twin = config == nullptr;
  if (!change.learner) return outcome;
  outcome = Post(std::move(change));
  if (outcome.status == Status::kDone) shadows_.push_back(std::move(entry));
  return outcome;
}

SessionDecoders::Outcome SessionDecoders::RemoveShadow(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = FindShadow(name);
  if (found == shadows_.end()) return {Status::kUnknownName, {}};
  DecoderChange change;
  change.kind = DecoderChange::Kind::kRemoveShadow;
  change.slot = found->slot;
  Outcome outcome = Post(std::move(change));
  if (outcome.status == Status::kDone) shadows_.erase(found);
  return outcome;
}

SessionDecoders::Outcome SessionDecoders::PromoteShadow(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = FindShadow(name);
  if (found == shadows_.end()) return {Status::kUnknownName, {}};
  DecoderChange change;
  change.kind = DecoderChange::Kind::kPromoteShadow;
  change.slot = found->slot;
  Outcome outcome = Post(std::move(change));
  if (outcome.status == Status::kDone) {
    driver_.Swap(&found->config);
    found->frozen = false;
  }
  return outcome;
}

void SessionDecoders::Describe(const LoopStatus& status, v1::Session* session) const {
  const std::lock_guard lock(mutex_);
  // Before that the loop's scores are of other decoders.
  const bool pending = status.decoder_change_count < num_posted_;
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
  add(kDriver, driver_, status.driver);
  for (const Entry& shadow : shadows_) {
    add(shadow.name, shadow.config, status.shadows[static_cast<std::size_t>(shadow.slot)])
        ->set_frozen(shadow.frozen);
  }
  *session->mutable_config()->mutable_decoder() = driver_;
}

std::vector<SessionDecoders::Entry>::iterator SessionDecoders::FindShadow(std::string_view name) {
  return std::find_if(shadows_.begin(), shadows_.end(),
                      [&](const Entry& entry) { return entry.name == name; });
}

std::optional<int> SessionDecoders::FreeSlot() const {
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    const bool taken = std::any_of(shadows_.begin(), shadows_.end(),
                                   [&](const Entry& entry) { return entry.slot == slot; });
    if (!taken) return slot;
  }
  return std::nullopt;
}

std::unique_ptr<Learner> SessionDecoders::Make(v1::DecoderConfig* config, Outcome* outcome) const {
  v1::SessionConfig whole = WriteSettings(settings_);
  *whole.mutable_decoder() = *config;
  const SessionSettings settings = ReadSettings(whole, SettingsUse::kSession, &outcome->violations);
  if (outcome->violations.empty()) {
    try {
      *config = WriteSettings(settings).decoder();
      return loop_->MakeLearner(MakeSessionDecoder(settings, make_decoder_));
    } catch (const InvalidParameters& error) {
      outcome->violations = error.violations();
    }
  }
  outcome->status = Status::kInvalid;
  return nullptr;
}

SessionDecoders::Outcome SessionDecoders::Post(DecoderChange change) {
  if (!loop_->Change(std::move(change))) return {Status::kFull, {}};
  ++num_posted_;
  return {};
}

}  // namespace efferent

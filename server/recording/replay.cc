#include "server/recording/replay.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "decoder/state_bytes.h"
#include "files/packing.h"
#include "server/session/imported_decoder.h"
#include "server/session/message_json.h"

namespace efferent {
namespace {

/// The same number, bit for bit: NaN equals itself, 0 does not equal -0.
bool SameBits(const TaskVector& a, const TaskVector& b) {
  return std::memcmp(a.data(), b.data(), sizeof(double) * kMaxDimensions) == 0;
}

/// Without the dimensions behind the last that is not 0.
std::string Text(const TaskVector& v) {
  std::ptrdiff_t size = kMaxDimensions;
  while (size > 1 && v[size - 1] == 0.0) --size;
  return fmt::format("({:.17g}) m/s", fmt::join(v.data(), v.data() + size, ", "));
}

std::string_view Text(CommandStatus status) {
  constexpr std::array<std::string_view, 4> kNames = {"DECODED", "HELD", "STOPPED", "FAULT"};
  return kNames[static_cast<std::size_t>(status)];
}

/// The command as it was published: zero where the arm was stopped while the bin was being decoded.
std::optional<std::string> Compare(const Command& again, const Command& recorded) {
  if (again.bin_index != recorded.bin_index) {
    return fmt::format("is bin {}, was recorded as bin {}", again.bin_index, recorded.bin_index);
  }
  if (again.status != recorded.status) {
    return fmt::format("status is {}, was recorded as {}", Text(again.status),
                       Text(recorded.status));
  }
  if (!SameBits(again.velocity_m_s, recorded.velocity_m_s)) {
    return fmt::format("velocity is {}, was recorded as {}", Text(again.velocity_m_s),
                       Text(recorded.velocity_m_s));
  }
  return std::nullopt;
}

}  // namespace

SessionSettings ReadRecordedSettings(const RecordedSession& session) {
  v1::SessionConfig config;
  FromJson(session.config_json, &config);
  std::vector<Violation> violations;
  SessionSettings settings = ReadSettings(config, SettingsUse::kSession, &violations);
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return settings;
}

DecoderChangeNote ToNote(const RecordedChange& change) {
  const auto kind = FindChangeKind(change.kind);
  if (!kind) {
    throw std::runtime_error("change " + std::to_string(change.number) +
                             " of decoders is of kind `" + change.kind +
                             "`, which this version does not know");
  }
  DecoderChangeNote note;
  note.number = change.number;
  note.kind = *kind;
  note.slot = std::clamp(change.slot, 0, Shadows::kMax - 1);
  note.name = change.name;
  FromJson(change.config_json, &note.config);
  note.frozen = change.frozen;
  note.twin = change.twin;
  note.weights = change.weights;
  return note;
}

Replay::Replay(const SessionSettings& settings, const std::vector<RecordedChange>& changes,
               DecoderFactory make_decoder)
    : settings_(settings),
      make_decoder_(std::move(make_decoder)),
      roster_(FirstRoster(settings)),
      state_(MakeState(roster_)) {
  for (const RecordedChange& change : changes) changes_[change.number] = ToNote(change);
}

std::optional<Difference> Replay::Apply(const Record& record) {
  if (const auto* applied = std::get_if<AppliedChunk>(&record.what)) return ApplyChunk(*applied);
  if (const auto* learnt = std::get_if<Learnt>(&record.what)) state_.LearnAgain(learnt->record);
  return std::nullopt;
}

void Replay::RequireSound(const AppliedChunk& applied) const {
  const auto& [chunk, record] = applied;
  const auto is_time = [](TimeNs time_ns) { return time_ns >= 0 && time_ns <= kMaxSessionTimeNs; };
  const auto num_counts =
      record.bins.size() * static_cast<std::size_t>(settings_.shape.num_channels);
  ByteReader::Require(is_time(chunk.complete_until_ns) && is_time(chunk.counts_start_time_ns) &&
                          std::all_of(chunk.spikes.begin(), chunk.spikes.end(),
                                      [&](const Spike& spike) { return is_time(spike.time_ns); }),
                      "a chunk's times are none");
  ByteReader::Require(!chunk.has_counts || record.ignored || chunk.counts.size() == num_counts,
                      "a chunk's counts are not those of its bins");
}

std::optional<Difference> Replay::ApplyChunk(const AppliedChunk& applied) {
  RequireSound(applied);
  const auto& [chunk, record] = applied;
  ChunkPlan plan;
  const std::optional<Violation> wrong = state_.Admit(chunk, &plan);
  if (wrong) throw DamagedRecord(wrong->field + " " + wrong->description);
  if (plan.ignored != record.ignored || plan.num_bins != record.bins.size() ||
      plan.first_bin_index != record.first_bin_index) {
    return Difference{
        state_.step().binner().next_bin_index(),
        fmt::format("chunk {} makes {} bins from bin {} on, was recorded with {} from "
                    "bin {} on",
                    chunk.sequence_number, plan.num_bins, plan.first_bin_index, record.bins.size(),
                    record.first_bin_index)};
  }
  if (!plan.ignored) state_.LearnAgain({});  // skipped, if it was not recorded
  state_.Enter(chunk, plan);
  std::optional<Difference> first;
  auto change = record.changes.begin();
  auto boundary = record.boundaries.begin();
  for (std::size_t bin = 0; bin < record.bins.size(); ++bin) {
    const BinRecord& recorded = record.bins[bin];
    std::vector<DecoderChange> changes;
    for (; change != record.changes.end() && change->bin == bin; ++change) {
      changes.push_back(MakeChange(change->number));
      roster_.Apply(changes_.at(change->number));
    }
    std::vector<TrialBoundary> boundaries;
    for (; boundary != record.boundaries.end() && boundary->bin == bin; ++boundary) {
      boundaries.push_back(boundary->boundary);
    }
    state_.PrepareBin(recorded.inputs, changes, boundaries);
    const Command command = state_.DecodeBin(chunk, bin);
    if (recorded.missed_deadline) state_.CountMissedDeadline();
    if (recorded.withheld == Withheld::kStale) state_.CountStaleBin();
    if (const auto different = Compare(command, recorded.command); different && !first) {
      first = Difference{command.bin_index, *different};
    }
    if (recorded.learnt) state_.LearnAgain(*recorded.learnt);
  }
  state_.Count();
  return first;
}

void Replay::GoTo(std::string_view state, std::uint64_t change_count) {
  DecoderRoster roster = FirstRoster(settings_);
  for (std::uint64_t number = 1; number <= change_count; ++number) roster.Apply(NoteOf(number));
  LoopState loaded = MakeState(roster);
  LoadState(state, &loaded);
  state_ = std::move(loaded);
  roster_ = std::move(roster);
}

std::optional<std::string> Replay::CompareState(std::string_view saved) const {
  const std::string now = SaveState(state_);
  if (now == saved) return std::nullopt;
  return FirstDifference(now, saved);
}

const DecoderChangeNote& Replay::NoteOf(std::uint64_t number) const {
  const auto found = changes_.find(number);
  if (found == changes_.end()) {
    throw DamagedRecord("change " + std::to_string(number) + " of decoders is missing");
  }
  return found->second;
}

DecoderChange Replay::MakeChange(std::uint64_t number) const {
  const DecoderChangeNote& note = NoteOf(number);
  DecoderChange change;
  change.kind = note.kind;
  change.number = number;
  change.slot = note.slot;
  change.frozen = note.frozen;
  change.twin = note.twin;
  if (note.kind == DecoderChange::Kind::kSwap || note.kind == DecoderChange::Kind::kAddShadow) {
    std::unique_ptr<Decoder> decoder = MakeDecoderOf(note.config);
    if (!note.weights.empty()) {
      LoadState(Unpack(note.weights, MaxStateBytes(*decoder)), decoder.get());
    }
    change.learner = state_.step().MakeLearner(std::move(decoder));
  }
  return change;
}

LoopState Replay::MakeState(const DecoderRoster& roster) const {
  SessionSettings settings = settings_;
  settings.decoder = SettingsOf(roster.driver).decoder;
  std::unique_ptr<Step> step = MakeStep(settings, make_decoder_);
  for (const DecoderRoster::Shadow& shadow : roster.shadows) {
    step->AddShadow(shadow.slot, step->MakeLearner(MakeDecoderOf(shadow.config)), shadow.frozen,
                    /*twin=*/false);
  }
  return LoopState(std::move(step));
}

SessionSettings Replay::SettingsOf(const v1::DecoderConfig& config) const {
  v1::SessionConfig whole = WriteSettings(settings_);
  *whole.mutable_decoder() = config;
  std::vector<Violation> violations;
  SessionSettings settings = ReadSettings(whole, SettingsUse::kSession, &violations);
  if (!violations.empty()) throw InvalidParameters(std::move(violations));
  return settings;
}

std::unique_ptr<Decoder> Replay::MakeDecoderOf(const v1::DecoderConfig& config) const {
  return MakeSessionDecoder(SettingsOf(config), make_decoder_);
}

}  // namespace efferent

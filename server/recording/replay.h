#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/journal/records.h"
#include "server/loop/loop_state.h"
#include "server/session/decoder_roster.h"
#include "server/session/session_settings.h"
#include "server/storage/recordings.h"

namespace efferent {

/// What came out differently.
struct Difference {
  std::uint64_t bin_index = 0;
  std::string what;  ///< For example `velocity is (0.1, 0.2) m/s, was recorded as (0.1, 0.3) m/s`.
};

/// Does to a session's state what its journal says was done, record by record: the same commands and the
/// same weights come out, bit for bit, with the same program.
class Replay {
 public:
  /// `settings`: as the session was created. `changes`: all that were asked for.
  /// @throws std::runtime_error if a change cannot be read.
  Replay(const SessionSettings& settings, const std::vector<RecordedChange>& changes,
         DecoderFactory make_decoder);

  const LoopState& state() const { return state_; }
  const DecoderRoster& roster() const { return roster_; }
  /// Gives the state away, for a session that goes on.
  LoopState TakeState() { return std::move(state_); }

  /// Does what the record says and compares what comes out. Records that change nothing are passed over.
  /// @throws DamagedRecord if it refers to a change that there is not, or does not fit.
  std::optional<Difference> Apply(const Record& record);

  /// Goes to a checkpoint: `state` was saved after so many changes of decoders.
  /// @throws StateMismatch if it does not fit.
  void GoTo(std::string_view state, std::uint64_t change_count);

  /// Where the state differs from a saved one, by name of the field; nothing if it does not.
  std::optional<std::string> CompareState(std::string_view saved) const;

 private:
  /// What is checked on the wire, and only there: records may be damaged. @throws DamagedRecord.
  void RequireSound(const AppliedChunk& applied) const;
  std::optional<Difference> ApplyChunk(const AppliedChunk& applied);
  DecoderChange MakeChange(std::uint64_t number) const;
  /// A state with the decoders of `roster`, none of which has learnt anything.
  LoopState MakeState(const DecoderRoster& roster) const;
  const DecoderChangeNote& NoteOf(std::uint64_t number) const;
  SessionSettings SettingsOf(const v1::DecoderConfig& config) const;
  std::unique_ptr<Decoder> MakeDecoderOf(const v1::DecoderConfig& config) const;

  SessionSettings settings_;
  DecoderFactory make_decoder_;
  std::map<std::uint64_t, DecoderChangeNote> changes_;  // by number
  DecoderRoster roster_;
  LoopState state_;
};

/// As the session was created. @throws std::runtime_error if this version does not take them.
SessionSettings ReadRecordedSettings(const RecordedSession& session);

/// @throws std::runtime_error if it is none of the kinds that there are.
DecoderChangeNote ToNote(const RecordedChange& change);

}  // namespace efferent

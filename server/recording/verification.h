#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/recording/replay.h"
#include "server/storage/recordings.h"

namespace efferent {

/// Decodes a recording again, piece by piece, and compares every command and every saved state, bit for
/// bit. Where records are missing or damaged it goes on at the next saved state.
class Verification {
 public:
  /// `reader` must outlive it. @throws std::runtime_error if the recording cannot be read.
  Verification(RecordingReader* reader, const RecordedSession& session,
               DecoderFactory make_decoder);

  /// Goes through the next piece. False: there was none.
  bool Step();

  struct Result {
    std::string first_difference;  ///< Empty: none so far.
    std::uint64_t piece_count = 0;
    std::uint64_t equal_bin_count = 0;
    std::uint64_t bin_count = 0;
    std::uint64_t checkpoint_count = 0;
    std::uint64_t decoder_change_count = 0;
    std::uint64_t rollback_count = 0;
    std::uint64_t unknown_bin_count = 0;
  };
  const Result& result() const { return result_; }

 private:
  void Go(const Record& record);
  void GoThroughChunk(const Record& record, const AppliedChunk& applied);
  void GoThroughMark(const Record& record, const CheckpointMark& mark);
  void Differs(const std::string& how);
  /// What was done to the session is not known from here on.
  void Lose();

  RecordingReader* reader_;
  RecordedSession session_;
  Replay replay_;
  std::vector<RecordedCheckpoint> checkpoints_;
  std::uint64_t next_piece_ = 1;
  bool is_known_ = true;
  std::uint64_t faults_seen_ = 0;
  Result result_;
};

}  // namespace efferent

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "server/recording/recorder.h"
#include "server/recording/verification.h"
#include "server/session/session.h"
#include "tests/scratch_folder.h"

namespace efferent::test {

/// Settings of a small session: 4 channels, bins of 10 ms, `snn` of 8 neurons, not in real time.
v1::SessionConfig SmallSession();
SessionSettings Settings(const v1::SessionConfig& config);

/// `snn` that gives NaN once, in its bin number 150, and must be rolled back.
std::unique_ptr<Decoder> MakeFaultyDecoder(const DecoderParams& params, const DecoderShape& shape);

/// A session that is recorded, without a wire: chunks go right into its control loop, made from a seed, with
/// a hand on its way to targets, in trials.
class RecordedSession {
 public:
  /// Makes the session, on a recorder of its own.
  RecordedSession(const std::filesystem::path& folder, const v1::SessionConfig& config,
                  DecoderFactory make_decoder = MakeDecoder, double checkpoint_s = 0.5);
  ~RecordedSession();

  Session& session() { return *session_; }
  Recorder& recorder() { return *recorder_; }

  /// Sends so many chunks of one to three bins; some are left out, come twice or late, and carry spikes
  /// that are late.
  void Send(int num_chunks);
  /// Ends the session in good order.
  void End();
  /// Lets go of everything without a word, as a killed server does, but for what is in the buffers.
  void Drop();

 private:
  void Apply(const Chunk& chunk);
  Chunk NextChunk();
  void MoveArm();

  v1::SessionConfig config_;
  std::shared_ptr<Recorder> recorder_;
  std::shared_ptr<Session> session_;
  std::mt19937_64 random_{7};
  std::uint64_t sequence_number_ = 0;
  TimeNs until_ns_ = 0;
  std::optional<Chunk> left_out_;
  int trial_ = 0;
};

/// Decodes the last session of a folder's database again, to the end.
Verification::Result Verify(const std::filesystem::path& folder,
                            const DecoderFactory& make_decoder = MakeDecoder);

}  // namespace efferent::test

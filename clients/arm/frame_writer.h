#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "clients/arm/arm_scene.h"

namespace efferent {

/// Makes the directory for frames; those of an earlier run are removed with `overwrite`.
/// @throws InputError as MakeOutputFolder.
void PrepareFrames(const std::string& directory, bool overwrite);

/// Draws scenes into `DIR/frame_000000.png`, ... on a thread of its own, at most every
/// `interval_ns` of the session's time. A scene offered while another is being drawn is skipped
/// (real time: drawing never delays the arm), or waited for (lock step: every frame is there).
class FrameWriter {
 public:
  /// The directory is there (PrepareFrames).
  FrameWriter(std::string directory, std::int64_t interval_ns, bool wait_until_drawn);
  /// Finishes the frame that is being drawn.
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  /// Whether a frame is due at this time of the session; asked first, the scene need not be made
  /// for nothing.
  bool IsDue(std::int64_t now_ns) const { return now_ns >= next_ns_; }
  /// @throws std::runtime_error with what the drawing thread ran into (no OSMesa, no space).
  void Offer(std::int64_t now_ns, ArmScene scene);

  std::int64_t num_written() const { return num_written_; }
  const std::string& directory() const { return directory_; }

 private:
  void Draw();

  std::string directory_;
  std::int64_t interval_ns_;
  bool wait_until_drawn_;
  std::int64_t next_ns_ = 0;
  std::atomic<std::int64_t> num_written_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<ArmScene> waiting_;
  bool busy_ = false;
  bool over_ = false;
  std::string failure_;
  std::thread thread_;  // Last: it uses the rest.
};

}  // namespace efferent

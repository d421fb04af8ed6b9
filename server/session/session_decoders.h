#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "efferent/v1/session.pb.h"
#include "server/loop/control_loop.h"
#include "server/session/session_settings.h"

namespace efferent {

/// The decoders of a session by name: what drives, and its shadows. Makes decoders, hands them to the
/// control loop, which exchanges them between two bins, and remembers what was asked for. Thread-safe.
class SessionDecoders {
 public:
  static constexpr std::string_view kDriver = "driver";

  /// `loop` must outlive it.
  SessionDecoders(const SessionSettings& settings, DecoderFactory make_decoder, ControlLoop* loop);

  enum class Status { kDone, kInvalid, kUnknownName, kNameInUse, kFull };
  struct Outcome {
    Status status = Status::kDone;
    std::vector<Violation> violations;  ///< With kInvalid; paths from the request's root.
  };

  Outcome Swap(const v1::DecoderConfig& config);
  /// `config` null: a twin of the driver.
  Outcome AddShadow(const std::string& name, const v1::DecoderConfig* config, bool frozen);
  Outcome RemoveShadow(std::string_view name);
  Outcome PromoteShadow(std::string_view name);

  /// Fills in `decoders`, `decoder_change_pending` and `config.decoder`, as it will be once the changes
  /// asked for have taken effect.
  void Describe(const LoopStatus& status, v1::Session* session) const;

 private:
  struct Entry {
    std::string name;
    v1::DecoderConfig config;
    int slot = 0;  // of a shadow
    bool frozen = false;
  };

  std::vector<Entry>::iterator FindShadow(std::string_view name);
  std::optional<int> FreeSlot() const;
  /// The decoder that `config` asks for, or null and what is wrong. Fills in the defaults.
  std::unique_ptr<Learner> Make(v1::DecoderConfig* config, Outcome* outcome) const;
  /// Hands the change to the loop.
  Outcome Post(DecoderChange change);

  SessionSettings settings_;
  DecoderFactory make_decoder_;
  ControlLoop* loop_;

  mutable std::mutex mutex_;
  v1::DecoderConfig driver_;
  std::vector<Entry> shadows_;  // in the order in which they were added
  std::uint64_t num_posted_ = 0;
};

}  // namespace efferent

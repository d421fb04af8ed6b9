#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "efferent/v1/session.pb.h"
#include "server/loop/control_loop.h"
#include "server/session/decoder_roster.h"
#include "server/session/memory_budget.h"
#include "server/session/session_settings.h"
#include "server/session/step_cost.h"

namespace efferent {

/// The decoders of a session by name: what drives, and its shadows. Makes decoders, hands them to the
/// control loop, which exchanges them between two bins, and remembers what was asked for. Thread-safe;
/// no lock is held while a decoder is made or tried out.
class SessionDecoders {
 public:
  static constexpr std::string_view kDriver = "driver";

  /// Writes a change down before it is handed to the loop. One that the loop refuses is followed by
  /// another one of the same number.
  using Note = std::function<void(const DecoderChangeNote&)>;

  /// `roster`: of the decoders that the loop has. `loop` must outlive it. `note` may be null. `driver`: memory
  /// that has been promised to what drives; further decoders ask `memory`, null: there is no bound.
  SessionDecoders(const SessionSettings& settings, DecoderRoster roster,
                  DecoderFactory make_decoder, ControlLoop* loop, Note note,
                  Budget::Share driver = {}, std::shared_ptr<MemoryBudget> memory = nullptr);

  enum class Status {
    kDone,
    kInvalid,
    kUnknownName,
    kNameInUse,
    kFull,
    kTooLarge,
    kNoMemory,  ///< It is promised to others.
    kTooSlow,
    kGivenUp,  ///< The caller does not wait any more: nothing was changed.
  };
  struct Outcome {
    Status status = Status::kDone;
    std::vector<Violation> violations;  ///< With kInvalid; paths from the request's root.
    StepCost cost = {};                 ///< With kTooSlow, beside the deadline.
    TimeNs deadline_ns = 0;
    MemoryRefusal memory = {};  ///< With kNoMemory.
  };

  /// `state`: of a decoder with these settings, to go on from; see LoadImportedState. Empty: none, it has
  /// learnt nothing.
  Outcome Swap(const v1::DecoderConfig& config, std::string_view state = {},
               const GivenUp& given_up = nullptr);
  /// `config` null: a twin of the driver.
  Outcome AddShadow(const std::string& name, const v1::DecoderConfig* config, bool frozen,
                    std::string_view state = {}, const GivenUp& given_up = nullptr);
  Outcome RemoveShadow(std::string_view name);
  Outcome PromoteShadow(std::string_view name, const GivenUp& given_up = nullptr);

  /// Whether the session can have a decoder with these settings; then how large a state of it may be.
  Outcome FindMaxStateBytes(const v1::DecoderConfig& config, std::size_t* bytes) const;

  /// Fills in `decoders`, `decoder_change_pending` and `config.decoder`, as it will be once the changes
  /// asked for have taken effect, each decoder with the scores that it has by now.
  void Describe(const LoopStatus& status, v1::Session* session) const;

 private:
  /// The decoder that `config` asks for and memory for it, or null and what is wrong. Fills in the defaults.
  std::unique_ptr<Decoder> Make(v1::DecoderConfig* config, std::string_view state,
                                Budget::Share* memory, Outcome* outcome) const;
  /// The session's settings with another decoder. Appends what is wrong with it.
  SessionSettings With(const v1::DecoderConfig& config, std::vector<Violation>* violations) const;
  /// Whether a decoder with these settings, which can be made, may drive: in real time, its commands must come
  /// in time.
  Outcome CheckDriver(const v1::DecoderConfig& config, const GivenUp& given_up) const;
  /// Makes the decoder that the note asks for. Null, and the outcome says why.
  std::unique_ptr<Learner> MakeLearner(DecoderChangeNote* note, std::string_view state,
                                       const GivenUp& given_up, Budget::Share* memory,
                                       Outcome* outcome) const;
  /// With mutex_: whether a shadow of that name can be added.
  Outcome CheckRoom(std::string_view name) const;
  /// With mutex_: hands the change to the loop; `learner` with kSwap and kAddShadow.
  Outcome Post(DecoderChangeNote note, std::unique_ptr<Learner> learner, Budget::Share memory);
  /// With mutex_: promises go where the decoders go.
  void MoveMemory(const DecoderChangeNote& note, Budget::Share memory);

  SessionSettings settings_;
  DecoderFactory make_decoder_;
  ControlLoop* loop_;
  Note note_;

  std::shared_ptr<MemoryBudget> memory_budget_;

  mutable std::mutex mutex_;  // also orders the changes; for all below
  // The driver's, then each slot's; and what was retired last, which the next change destroys.
  std::array<Budget::Share, 1 + Shadows::kMax> memory_;
  Budget::Share retired_memory_;
  DecoderRoster roster_;  // as it will be once what was handed over has been carried out
  std::vector<DecoderChangeNote> changes_;  // that were handed over last, more than can wait
};

}  // namespace efferent

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "efferent/v1/config.pb.h"
#include "server/loop/decoder_change.h"
#include "server/session/session_settings.h"

namespace efferent {

/// What a change of decoders consists of, for whoever makes it, now or again.
struct DecoderChangeNote {
  std::uint64_t number = 0;  ///< DecoderChange::number.
  DecoderChange::Kind kind = DecoderChange::Kind::kSwap;
  int slot = 0;
  std::string name;          ///< Of the shadow.
  v1::DecoderConfig config;  ///< With kSwap and kAddShadow; defaults filled in.
  bool frozen = false;
  bool twin = false;
  std::string weights;  ///< The state that it came with, packed; empty: none.
};

struct DecoderRoster;
/// Of a session that has just been created.
DecoderRoster FirstRoster(const SessionSettings& settings);

/// In databases, for example `add_shadow`.
std::string_view ChangeKindName(DecoderChange::Kind kind);
std::optional<DecoderChange::Kind> FindChangeKind(std::string_view name);

/// The decoders of a session by name: what drives, and its shadows in the order in which they were added.
/// A function of the changes that were made.
struct DecoderRoster {
  struct Shadow {
    std::string name;
    v1::DecoderConfig config;
    int slot = 0;
    bool frozen = false;
  };

  v1::DecoderConfig driver;
  std::vector<Shadow> shadows;
  std::uint64_t num_changes = 0;

  /// Null if there is none of that name.
  const Shadow* Find(std::string_view name) const;
  /// A slot that no shadow has.
  std::optional<int> FreeSlot() const;
  /// Makes a change that is in order.
  void Apply(const DecoderChangeNote& note);
};

}  // namespace efferent

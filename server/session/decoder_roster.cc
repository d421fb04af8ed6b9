#include "server/session/decoder_roster.h"

#include <algorithm>
#include <array>

namespace efferent {
namespace {

// In the order of DecoderChange::Kind.
constexpr std::array<std::string_view, 4> kChangeKinds = {"swap", "add_shadow", "remove_shadow",
                                                          "promote_shadow"};

}  // namespace

std::string_view ChangeKindName(DecoderChange::Kind kind) {
  return kChangeKinds[static_cast<std::size_t>(kind)];
}

std::optional<DecoderChange::Kind> FindChangeKind(std::string_view name) {
  const auto found = std::find(kChangeKinds.begin(), kChangeKinds.end(), name);
  if (found == kChangeKinds.end()) return std::nullopt;
  return static_cast<DecoderChange::Kind>(found - kChangeKinds.begin());
}

DecoderRoster FirstRoster(const SessionSettings& settings) {
  DecoderRoster roster;
  roster.driver = WriteSettings(settings).decoder();
  return roster;
}

const DecoderRoster::Shadow* DecoderRoster::Find(std::string_view name) const {
  const auto found = std::find_if(shadows.begin(), shadows.end(),
                                  [&](const Shadow& shadow) { return shadow.name == name; });
  return found == shadows.end() ? nullptr : &*found;
}

std::optional<int> DecoderRoster::FreeSlot() const {
  for (int slot = 0; slot < Shadows::kMax; ++slot) {
    const bool taken = std::any_of(shadows.begin(), shadows.end(),
                                   [&](const Shadow& shadow) { return shadow.slot == slot; });
    if (!taken) return slot;
  }
  return std::nullopt;
}

void DecoderRoster::Apply(const DecoderChangeNote& note) {
  ++num_changes;
  const auto shadow = std::find_if(shadows.begin(), shadows.end(), [&](const Shadow& candidate) {
    return candidate.slot == note.slot;
  });
  switch (note.kind) {
    case DecoderChange::Kind::kSwap:
      driver = note.config;
      return;
    case DecoderChange::Kind::kAddShadow:
      shadows.push_back({note.name, note.config, note.slot, note.frozen});
      return;
    case DecoderChange::Kind::kRemoveShadow:
      if (shadow != shadows.end()) shadows.erase(shadow);
      return;
    case DecoderChange::Kind::kPromoteShadow:
      if (shadow == shadows.end()) return;
      driver.Swap(&shadow->config);
      shadow->frozen = false;
      return;
  }
}

}  // namespace efferent

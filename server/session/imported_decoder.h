#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "decoder/decoder.h"
#include "decoder/parameters.h"
#include "efferent/v1/decoder_file.pb.h"
#include "server/session/session_settings.h"

namespace efferent {

/// What of the session that a decoder comes from differs from this one's though it must not: shape and
/// features. Paths from the SavedDecoder's root (`config.num_channels`).
std::vector<Violation> CompareOrigin(const v1::SavedDecoder& saved,
                                     const SessionSettings& settings);

/// No state of this decoder is larger, bytes.
std::size_t MaxStateBytes(const Decoder& decoder);

/// Loads a state, which may come from anywhere, into a decoder that was made for this session, and tries a
/// copy of it on some hundred bins of made-up spikes.
/// @throws StateMismatch naming the field if it does not fit or is not finite, or saying what the copy
/// did. The decoder is then of no use.
void LoadImportedState(std::string_view state, const SessionSettings& settings, Decoder* decoder);

}  // namespace efferent

#pragma once

#include <functional>
#include <memory>

#include "server/recording/recorder.h"
#include "server/session/session_registry.h"

namespace efferent {

/// Lets the sessions of a recorder's database that have not ended go on, with the decoders, weights and
/// sequence numbers that they had: from the last checkpoint, and what was recorded after it is done
/// again. Those that wrote nothing for longer than `within_s`, and those that cannot go on, are recorded
/// as lost, and the log says why. To be called before anybody else uses the registry.
void ResumeSessions(Recorder* recorder, double within_s, const DecoderFactory& make_decoder,
                    SessionRegistry* registry);

}  // namespace efferent

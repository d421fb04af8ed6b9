#include "server/session/event_sink.h"

namespace efferent {

std::string_view Name(SessionEventKind kind) {
  switch (kind) {
    case SessionEventKind::kAcquisitionAttached:
      return "acquisition attached";
    case SessionEventKind::kAcquisitionLost:
      return "acquisition lost";
    case SessionEventKind::kArmAttached:
      return "arm attached";
    case SessionEventKind::kArmLost:
      return "arm lost";
    case SessionEventKind::kHeld:
      return "held";
    case SessionEventKind::kStopped:
      return "stopped";
    case SessionEventKind::kStale:
      return "stale";
    case SessionEventKind::kInputImplausible:
      return "input implausible";
    case SessionEventKind::kInputPlausible:
      return "input plausible";
    case SessionEventKind::kChannelsMasked:
      return "channels masked";
    case SessionEventKind::kResumed:
      return "resumed";
    case SessionEventKind::kFault:
      return "fault";
    case SessionEventKind::kLearningRolledBack:
      return "learning rolled back";
    case SessionEventKind::kLearningFrozen:
      return "learning frozen";
    case SessionEventKind::kLearningResumed:
      return "learning resumed";
    case SessionEventKind::kChunkRefused:
      return "chunk refused";
    case SessionEventKind::kChunksMissing:
      return "chunks missing";
    case SessionEventKind::kDecoderSwapped:
      return "decoder swapped";
    case SessionEventKind::kDriverChanged:
      return "driver changed";
    case SessionEventKind::kShadowAdded:
      return "shadow added";
    case SessionEventKind::kShadowRemoved:
      return "shadow removed";
    case SessionEventKind::kShadowPromoted:
      return "shadow promoted";
  }
  return "unknown";
}

}  // namespace efferent

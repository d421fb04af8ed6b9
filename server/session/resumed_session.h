#pragma once

#include <cstdint>
#include <string>

#include "server/journal/session_journal.h"
#include "server/loop/loop_state.h"
#include "server/session/decoder_roster.h"
#include "server/session/session_settings.h"

namespace efferent {

/// A session as its last server left it.
struct ResumedSession {
  std::string session_id;
  SessionSettings settings;  ///< As it was created.
  std::int64_t create_time_unix_ns = 0;
  LoopState state;
  DecoderRoster roster;
  JournalPosition position;
};

}  // namespace efferent

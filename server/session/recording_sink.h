#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/journal/session_journal.h"
#include "server/session/decoder_roster.h"
#include "server/session/session_settings.h"

namespace efferent {

/// Where sessions are recorded. Thread-safe; never blocks on I/O.
class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  /// A journal for a session that is about to be created, or resumed from a position. It is written
  /// once EventSink::SessionCreated (or SessionResumed) has named the session.
  virtual std::shared_ptr<SessionJournal> MakeJournal(const SessionKey& session,
                                                      const SessionSettings& settings,
                                                      const JournalPosition& from) = 0;
  /// To be called before the change is handed to the loop.
  virtual void DecoderChangeAsked(const SessionKey& session, const DecoderChangeNote& note) = 0;
};

}  // namespace efferent

#pragma once

namespace efferent {

/// Version of the tables below; kept in the database's `user_version`. A database of a later
/// version is refused, one of an earlier version is brought up to date when it is opened, but for
/// recordings of version 2: their records (server/journal/records.h) had three numbers in each vector.
inline constexpr int kSchemaVersion = 3;

/// Version 1: which sessions there were, and what happened in them. Times are nanoseconds since
/// 1970-01-01 UTC.
inline constexpr char kSchemaV1[] = R"sql(
CREATE TABLE sessions (
  row INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL,         -- may come again after the session has ended
  subject_code TEXT NOT NULL,
  config_json TEXT NOT NULL,        -- a SessionConfig, every effective value
  created_unix_ns INTEGER NOT NULL,
  ended_unix_ns INTEGER,
  end_reason TEXT,                  -- ended, replaced, idle, shutdown, or lost (the server was killed); NULL: is running
  statistics_json TEXT              -- a SessionStatistics, when it ended
);
CREATE TABLE events (
  row INTEGER PRIMARY KEY,
  session_row INTEGER REFERENCES sessions (row),  -- NULL: of the server
  time_unix_ns INTEGER NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX events_of_session ON events (session_row, time_unix_ns);
)sql";

/// Version 2: what went through a session, so that it can be done again, and its state now and then,
/// so that it can go on. Sessions of version 1 have nothing of it. `bytes` are Zstandard frames with a
/// checksum. A session that has not ended (ended_unix_ns IS NULL) goes on with the next server.
inline constexpr char kSchemaV2[] = R"sql(
ALTER TABLE sessions ADD COLUMN server_version TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN lost_record_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN journal_bytes INTEGER NOT NULL DEFAULT 0;  -- of its pieces, packed
CREATE TABLE pieces (                      -- of a session's journal (server/recording/records.h)
  row INTEGER PRIMARY KEY,
  session_row INTEGER NOT NULL REFERENCES sessions (row) ON DELETE CASCADE,
  number INTEGER NOT NULL,                 -- from 1
  last_sequence_number INTEGER NOT NULL,   -- highest of all chunks up to its end
  time_unix_ns INTEGER NOT NULL,           -- when it was written
  size INTEGER NOT NULL,                   -- unpacked, bytes
  bytes BLOB NOT NULL,
  UNIQUE (session_row, number)
);
CREATE TABLE decoder_changes (
  row INTEGER PRIMARY KEY,
  session_row INTEGER NOT NULL REFERENCES sessions (row) ON DELETE CASCADE,
  number INTEGER NOT NULL,                 -- from 1, in the order of the requests; journals refer to it
  time_unix_ns INTEGER NOT NULL,
  kind TEXT NOT NULL,                      -- swap, add_shadow, remove_shadow, promote_shadow
  slot INTEGER NOT NULL,
  name TEXT NOT NULL,                      -- of the shadow
  config_json TEXT NOT NULL,               -- a DecoderConfig, every effective value
  frozen INTEGER NOT NULL,
  twin INTEGER NOT NULL,
  weights BLOB,                            -- a decoder's state that it came with, if any; packed
  UNIQUE (session_row, number)
);
CREATE TABLE checkpoints (
  row INTEGER PRIMARY KEY,
  session_row INTEGER NOT NULL REFERENCES sessions (row) ON DELETE CASCADE,
  number INTEGER NOT NULL,                 -- from 1; its mark in the journal
  piece_number INTEGER NOT NULL,           -- the piece that holds the mark
  bin_index INTEGER NOT NULL,              -- the next bin when it was made
  change_count INTEGER NOT NULL,           -- changes of decoders that had been carried out
  time_unix_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  size INTEGER NOT NULL,                   -- unpacked, bytes
  bytes BLOB NOT NULL,                     -- a state (decoder/state_bytes.h)
  UNIQUE (session_row, number)
);
CREATE INDEX sessions_of_id ON sessions (session_id, row);
)sql";

}  // namespace efferent

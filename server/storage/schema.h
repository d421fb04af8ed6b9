#pragma once

namespace efferent {

/// Version of the tables below; kept in the database's `user_version`. A database of a later
/// version is refused, one of an earlier version is brought up to date when it is opened.
inline constexpr int kSchemaVersion = 1;

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
  end_reason TEXT,                  -- ended, shutdown, or lost (the server was killed); NULL: is running
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

}  // namespace efferent

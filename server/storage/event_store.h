#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "server/session/event_sink.h"
#include "server/storage/data_directory.h"
#include "server/storage/database.h"

namespace efferent {

/// Keeps what happens in sessions in `efferent.db`, written by its own thread in batches. Whoever
/// reports something only puts it into a queue of `kCapacity`: when that is full (the disk is
/// slower than the events, for long), the event is dropped and counted, and the count is written as
/// an event of its own as soon as there is room. After `kill -9` everything but what was still
/// queued is there.
class EventStore final : public EventSink {
 public:
  static constexpr std::size_t kCapacity = 4'096;

  /// @throws std::runtime_error if the folder cannot be used or the database is of a later version.
  explicit EventStore(const std::filesystem::path& data_dir);
  /// Writes what is queued.
  ~EventStore() override;

  void Record(SessionEventKind kind, std::string_view session_id, std::string_view detail) override;
  void SessionCreated(const v1::Session& session) override;
  void SessionEnded(const v1::Session& session, std::string_view reason) override;

  std::uint64_t dropped_count() const override;

 private:
  struct Entry {
    enum class What { kEvent, kCreated, kEnded } what = What::kEvent;
    std::int64_t time_unix_ns = 0;
    std::string session_id;
    std::string kind;    // of an event; the reason of an end
    std::string detail;  // of an event; JSON of configuration or statistics
    std::string subject_code;
  };

  void Put(Entry entry);
  void RunWriter();
  void WriteBatch(const std::deque<Entry>& batch, std::uint64_t dropped);
  void Write(const Entry& entry);
  void WriteEvent(std::int64_t session_row, std::int64_t time_unix_ns, std::string_view kind,
                  std::string_view detail);

  DataDirectory directory_;
  Database database_;
  std::map<std::string, std::int64_t> rows_;  // of sessions that run; the writer's alone

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Entry> queue_;
  std::uint64_t dropped_ = 0;
  std::uint64_t dropped_since_batch_ = 0;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace efferent

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "efferent/v1/config.pb.h"
#include "server/loop/snapshot.h"
#include "server/session/memory_budget.h"
#include "server/session/processor_budget.h"
#include "server/session/session.h"
#include "server/session/step_cost.h"

namespace efferent {

/// How a session is to be created.
struct CreateOptions {
  bool replace_idle = false;  ///< Ends a session of that id first if no stream is attached to it.
  GivenUp given_up = nullptr;
};

/// All sessions of a server, the oldest first. Thread-safe.
class SessionRegistry {
 public:
  using Sessions = Snapshot<std::shared_ptr<Session>>;

  /// `defaults`: lies under what each request asks for.
  /// `budget`: of processor time, for sessions in real time.
  /// `recording`: where sessions are recorded; null: nowhere.
  /// `memory`: for sessions and their decoders; null: without a bound.
  SessionRegistry(v1::SessionConfig defaults, int max_sessions,
                  std::shared_ptr<ProcessorBudget> budget, DecoderFactory make_decoder,
                  std::shared_ptr<EventSink> events,
                  std::shared_ptr<RecordingSink> recording = nullptr,
                  std::shared_ptr<MemoryBudget> memory = nullptr);

  enum class CreateStatus {
    kCreated,
    kInvalid,
    kAlreadyExists,
    kTooMany,
    kTooLarge,
    kNoMemory,  ///< It is promised to others.
    kTooSlow,   ///< In real time: a command would miss its deadline.
    kBusy,      ///< In real time: processor time is promised to others.
    kGivenUp,   ///< The caller does not wait any more: nothing was created.
  };
  struct Created {
    CreateStatus status = CreateStatus::kInvalid;
    std::shared_ptr<Session> session;   ///< With kCreated.
    std::vector<Violation> violations;  ///< With kInvalid; paths from the request's root.
    StepCost cost;                      ///< With kTooSlow and kBusy.
    SessionSettings settings;           ///< With kTooSlow and kBusy.
    MemoryRefusal memory;               ///< With kNoMemory.
  };
  /// `id` empty: one is chosen. Takes a while (a session in real time is tried out first) and holds no lock
  /// meanwhile.
  Created Create(const std::string& id, const v1::SessionConfig& config,
                 const CreateOptions& options = {});

  /// Takes in a session that goes on. What a server promises does not change by its restart: it is not
  /// tried out, and gets its processor time. Nothing if it cannot be: what is wrong.
  std::optional<std::string> Resume(ResumedSession resumed);

  /// Null if there is none of that id.
  std::shared_ptr<Session> Find(std::string_view id) const;
  Sessions sessions() const;

  /// Takes the session out and ends its streams. Null if there is none of that id.
  std::shared_ptr<Session> End(std::string_view id);
  /// Takes this very session out and ends its streams; false if it is not there any more.
  bool End(const std::shared_ptr<Session>& session, const std::string& reason);
  /// Ends sessions that have had neither an acquisition nor an arm stream for so long.
  void EndIdle(std::int64_t now_ns, std::int64_t idle_ns);
  /// Stops every arm, ends every stream, and reports every session as ended.
  void ShutDown();

  int max_sessions() const { return max_sessions_; }
  const ProcessorBudget& processor_budget() const { return *budget_; }
  /// Null: without a bound.
  const MemoryBudget* memory_budget() const { return memory_.get(); }

 private:
  /// Memory for a session and what drives it; false: why not.
  bool ReserveMemoryFor(const SessionSettings& settings, SessionShares* shares,
                        MemoryRefusal* refusal) const;
  void EndAndReport(const std::shared_ptr<Session>& session, StreamEnd how,
                    const std::string& reason);

  v1::SessionConfig defaults_;
  int max_sessions_;
  std::shared_ptr<ProcessorBudget> budget_;
  DecoderFactory make_decoder_;
  std::shared_ptr<EventSink> events_;
  std::shared_ptr<RecordingSink> recording_;
  std::shared_ptr<MemoryBudget> memory_;
  std::mutex announcing_;  // before mutex_: nothing is said of a session before its creation is
  mutable std::mutex mutex_;
  Sessions sessions_;
  std::int64_t last_number_ = 0;
};

}  // namespace efferent

#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "decoder/types.h"
#include "server/loop/snapshot.h"

namespace efferent {

/// A command on its way out.
struct PublishedCommand {
  Command command;
  std::int64_t client_send_time_ns = 0;  ///< Of the chunk that completed the bin; 0: not of a bin.
  std::uint64_t number = 0;              ///< 1 for the mailbox's first command, then one more each.
  bool decoded = false;  ///< As its bin was decoded: the bin's record says all of it.
};

/// Wants to know that there is a newer command. Called on the publisher's thread, with no lock of
/// the mailbox held; must not block, and must take the command with CommandMailbox::TakeNewer.
class CommandListener {
 public:
  virtual ~CommandListener() = default;
  virtual void OnCommand() noexcept = 0;
};

/// A reader's place in a mailbox.
struct CommandCursor {
  std::uint64_t number = 0;   ///< Of the command that was taken last.
  std::uint64_t skipped = 0;  ///< Commands that were overtaken before this reader took them.
};

/// Hands commands from the control loop and the watchdog to any number of readers. Latest wins:
/// holds one command, a newer one replaces it at once, and each reader counts what it missed;
/// nobody ever waits for a reader.
///
/// The watchdog speaks only if nothing was published since it looked (`Overtake` names the number
/// it saw), so an old silence never overrules a fresh command. The reverse race, a bin that was
/// being decoded while the arm was stopped, is settled by `PublishBin`: that bin's velocity is
/// zero, and the next one accelerates from there.
///
/// Thread-safe; every critical section copies a few words.
class CommandMailbox {
 public:
  /// What the watchdog needs to know. Before the first bin: number 0.
  struct LastBin {
    std::uint64_t number = 0;                        ///< Of the latest command, whatever its kind.
    CommandStatus status = CommandStatus::kStopped;  ///< Of the latest command.
    Command bin;                                     ///< Command of the last decoded bin.
    std::int64_t published_at_ns = 0;  ///< Monotonic time at which `bin` was published.
    std::int64_t latest_at_ns = 0;  ///< Monotonic time at which the latest command was published.
  };

  /// The session goes on after a while in which the arm must have stopped: says so to the next bin.
  void BeginStopped();
  /// A bin is about to be decoded. Returns whether the arm was stopped since the bin before.
  bool BeginBin();

  /// Publishes the command of a bin (kDecoded or kFault). Returns what was published.
  PublishedCommand PublishBin(const Command& command, std::int64_t client_send_time_ns,
                              std::int64_t now_ns);

  /// A bin has been decoded that must not move the arm: publishes kStopped, unless the arm is stopped already.
  /// Returns the bin's command as kStopped, whether it was published or not.
  PublishedCommand WithholdBin(const Command& command, std::int64_t client_send_time_ns,
                               std::int64_t now_ns);

  /// Publishes the watchdog's command (kHeld or kStopped) unless something was published since
  /// `expected_number`.
  bool Overtake(std::uint64_t expected_number, const Command& command, std::int64_t now_ns);

  /// Publishes kStopped at once; nothing if the arm is stopped already or no bin was ever decoded.
  bool Stop(std::int64_t now_ns);

  LastBin last_bin() const;

  /// The latest command, if it is newer than the cursor, which is moved.
  std::optional<PublishedCommand> TakeNewer(CommandCursor* cursor) const;

  /// From now on `listener` hears of commands. Those added with `first` hear of each one before the
  /// others.
  void Subscribe(std::shared_ptr<CommandListener> listener, bool first);
  /// A call that is under way may still reach the listener.
  void Unsubscribe(const CommandListener* listener);

  std::uint64_t held_count() const;
  std::uint64_t stopped_count() const;

 private:
  using Listeners = Snapshot<std::shared_ptr<CommandListener>>;

  /// Stores the command and returns whom to tell.
  Listeners Store(const Command& command, std::int64_t client_send_time_ns, std::int64_t now_ns,
                  bool decoded = false);
  static void Tell(const Listeners& listeners);

  mutable std::mutex mutex_;
  PublishedCommand latest_;
  Command last_bin_;
  std::int64_t last_bin_at_ns_ = 0;
  std::int64_t latest_at_ns_ = 0;
  bool stopped_since_bin_ = false;
  std::uint64_t held_count_ = 0;
  std::uint64_t stopped_count_ = 0;
  Listeners listeners_;
};

}  // namespace efferent

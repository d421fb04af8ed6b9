#include "server/loop/command_mailbox.h"

#include <utility>

namespace efferent {

void CommandMailbox::BeginStopped() {
  const std::lock_guard lock(mutex_);
  stopped_since_bin_ = true;
}

bool CommandMailbox::BeginBin() {
  const std::lock_guard lock(mutex_);
  return std::exchange(stopped_since_bin_, false);
}

PublishedCommand CommandMailbox::PublishBin(const Command& command,
                                            std::int64_t client_send_time_ns, std::int64_t now_ns) {
  Listeners listeners;
  PublishedCommand published;
  {
    const std::lock_guard lock(mutex_);
    last_bin_ = command;
    last_bin_at_ns_ = now_ns;
    if (stopped_since_bin_) last_bin_.velocity_m_s = TaskVector();
    listeners = Store(last_bin_, client_send_time_ns, now_ns, /*decoded=*/true);
    published = latest_;
  }
  Tell(listeners);
  return published;
}

PublishedCommand CommandMailbox::WithholdBin(const Command& command,
                                             std::int64_t client_send_time_ns,
                                             std::int64_t now_ns) {
  Listeners listeners;
  PublishedCommand published{command, client_send_time_ns, 0};
  published.command.status = CommandStatus::kStopped;
  published.command.velocity_m_s = TaskVector();
  {
    const std::lock_guard lock(mutex_);
    last_bin_ = published.command;
    last_bin_at_ns_ = now_ns;
    stopped_since_bin_ = true;
    const bool is_stopped = latest_.number > 0 && latest_.command.status == CommandStatus::kStopped;
    if (!is_stopped) listeners = Store(published.command, client_send_time_ns, now_ns);
    published.number = latest_.number;
  }
  Tell(listeners);
  return published;
}

bool CommandMailbox::Overtake(std::uint64_t expected_number, const Command& command,
                              std::int64_t now_ns) {
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    if (latest_.number != expected_number) return false;
    listeners = Store(command, 0, now_ns);
  }
  Tell(listeners);
  return true;
}

bool CommandMailbox::Stop(std::int64_t now_ns) {
  Listeners listeners;
  {
    const std::lock_guard lock(mutex_);
    if (latest_.number == 0 || latest_.command.status == CommandStatus::kStopped) return false;
    Command command = last_bin_;
    command.status = CommandStatus::kStopped;
    command.velocity_m_s = TaskVector();
    listeners = Store(command, 0, now_ns);
  }
  Tell(listeners);
  return true;
}

CommandMailbox::LastBin CommandMailbox::last_bin() const {
  const std::lock_guard lock(mutex_);
  return {latest_.number, latest_.command.status, last_bin_, last_bin_at_ns_, latest_at_ns_};
}

std::optional<PublishedCommand> CommandMailbox::TakeNewer(CommandCursor* cursor) const {
  const std::lock_guard lock(mutex_);
  if (latest_.number <= cursor->number) return std::nullopt;
  cursor->skipped += latest_.number - cursor->number - 1;
  cursor->number = latest_.number;
  return latest_;
}

void CommandMailbox::Subscribe(std::shared_ptr<CommandListener> listener, bool first) {
  const std::lock_guard lock(mutex_);
  auto changed = listeners_.Copy();
  changed.insert(first ? changed.begin() : changed.end(), std::move(listener));
  listeners_ = Listeners(std::move(changed));
}

void CommandMailbox::Unsubscribe(const CommandListener* listener) {
  const std::lock_guard lock(mutex_);
  auto changed = listeners_.Copy();
  std::erase_if(changed, [&](const auto& entry) { return entry.get() == listener; });
  listeners_ = Listeners(std::move(changed));
}

std::uint64_t CommandMailbox::held_count() const {
  const std::lock_guard lock(mutex_);
  return held_count_;
}

std::uint64_t CommandMailbox::stopped_count() const {
  const std::lock_guard lock(mutex_);
  return stopped_count_;
}

CommandMailbox::Listeners CommandMailbox::Store(const Command& command,
                                                std::int64_t client_send_time_ns,
                                                std::int64_t now_ns, bool decoded) {
  const CommandStatus before = latest_.command.status;
  if (command.status == CommandStatus::kHeld && before != CommandStatus::kHeld) ++held_count_;
  if (command.status == CommandStatus::kStopped) {
    stopped_since_bin_ = true;
    if (before != CommandStatus::kStopped) ++stopped_count_;
  }
  latest_ = {command, client_send_time_ns, latest_.number + 1, decoded};
  latest_at_ns_ = now_ns;
  return listeners_;
}

void CommandMailbox::Tell(const Listeners& listeners) {
  for (const auto& listener : listeners) listener->OnCommand();
}

}  // namespace efferent

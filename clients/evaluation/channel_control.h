#pragma once

namespace efferent {

/// What is done to the spikes, to see what a score owes to neurons.
enum class ChannelControl {
  kNone,
  kSilent,  ///< No channel ever spikes: what is reached, the task gives away.
  kSummed,  ///< All spikes come in one channel: how many there are says when and how fast, hardly where.
};

}  // namespace efferent

#pragma once

#include "decoder/types.h"
#include "efferent/v1/behavior.pb.h"

namespace efferent {

/// The contract's name for a status.
inline v1::CommandStatus ToMessage(CommandStatus status) {
  return static_cast<v1::CommandStatus>(static_cast<int>(status) + 1);
}

}  // namespace efferent

#pragma once

#include <memory>

#include "decoder/decoder_config.h"
#include "server/session/budget.h"
#include "server/session/session_settings.h"

namespace efferent {

/// The memory that sessions have been promised, in bytes.
class MemoryBudget : public Budget {
 public:
  using Budget::Budget;
};

/// Why there was no memory, bytes.
struct MemoryRefusal {
  double wanted = 0.0;
  double reserved = 0.0;  ///< By others.
  double reservable = 0.0;
};

/// What a session has been promised; each may be nothing.
struct SessionShares {
  Budget::Share processors;
  Budget::Share memory;                         ///< Of all but its decoders.
  Budget::Share driver;                         ///< Memory of what drives.
  std::shared_ptr<MemoryBudget> memory_budget;  ///< For further decoders; null: without a bound.
};

/// Promises so many bytes, or says why not. `budget` null: there is no bound.
bool ReserveMemory(MemoryBudget* budget, double bytes, Budget::Share* share,
                   MemoryRefusal* refusal);

/// Memory that a decoder takes, bytes: rather too much than too little. Known without making it: grows with the
/// squares of channels and neurons.
double EstimateDecoderBytes(const DecoderParams& params, const DecoderShape& shape);

/// Memory of a decoder in a session: with the copies of it that learning needs.
double EstimateLearnerBytes(const SessionSettings& settings);

/// Memory of a session without its decoders. `is_recorded`: with the buffer of what is to be written, which a
/// slow disk fills, and the state that is saved.
double EstimateSessionBytes(const SessionSettings& settings, bool is_recorded);

}  // namespace efferent

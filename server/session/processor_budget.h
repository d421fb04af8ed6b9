#pragma once

#include "server/session/budget.h"

namespace efferent {

/// The processor time that sessions in real time have been promised, in processors.
class ProcessorBudget : public Budget {
 public:
  using Budget::Budget;
};

}  // namespace efferent

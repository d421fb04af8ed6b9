#pragma once

#include <string>

namespace efferent::bench {

/// What else the machine did: its processors, and the load average of a minute when this object was
/// made and at present. A latency without it says little.
class MachineNote {
 public:
  MachineNote();
  std::string Describe() const;

 private:
  double load_at_start_;
};

}  // namespace efferent::bench

// Updates from an arm: what is let in is finite, in order, and bounded.
#include <string>
#include <vector>

#include "efferent/v1/arm.pb.h"
#include "server/services/message_mapping.h"
#include "tests/fuzz/fuzz_target.h"

namespace efferent::test {

std::vector<std::string> FuzzSeeds() {
  v1::ArmUpdate update;
  update.mutable_state()->set_time_ns(1'000'000);
  update.mutable_state()->set_engaged(true);
  for (const double x : {0.1, -0.2}) {
    update.mutable_state()->add_position_m(x);
    update.mutable_state()->add_velocity_m_s(x);
    update.mutable_target()->add_position_m(x);
  }
  update.mutable_target()->set_radius_m(0.01);
  v1::TrialEvent* event = update.add_trial_events();
  event->set_kind(v1::TRIAL_EVENT_KIND_STOP);
  event->set_time_ns(900'000);
  event->set_condition("test");
  *update.add_trial_events() = *event;
  return {update.SerializeAsString()};
}

}  // namespace efferent::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace efferent;
  using test::Promise;
  v1::ArmUpdate update;
  if (!update.ParseFromArray(data, static_cast<int>(size))) return 0;
  BehaviorSample sample;
  if (!ReadBehavior(update.state(), update.has_target() ? &update.target() : nullptr, 2, "state",
                    "target", &sample)) {
    const TaskVector zero;
    for (const TaskVector& v :
         {sample.position_m.value_or(zero), sample.velocity_m_s.value_or(zero),
          sample.target_position_m.value_or(zero)}) {
      Promise(v.allFinite() && v.cwiseAbs().maxCoeff() <= kMaxMagnitude, "a vector is bounded");
      Promise(v.z() == 0.0, "a planar session stays planar");
    }
    Promise(sample.time_ns >= 0 && sample.time_ns <= kMaxSessionTimeNs, "time is within a session");
  }
  std::vector<TrialBoundary> boundaries;
  if (!ReadTrialEvents(update.trial_events(), sample.time_ns, "trial_events", &boundaries)) {
    TimeNs last_ns = 0;
    for (const TrialBoundary& boundary : boundaries) {
      Promise(boundary.time_ns >= last_ns && boundary.time_ns <= sample.time_ns,
              "boundaries are in order and not of the future");
      last_ns = boundary.time_ns;
    }
  }
  return 0;
}

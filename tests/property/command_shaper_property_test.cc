#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "decoder/command_shaper.h"

namespace efferent {
namespace {

double Real(double scale) { return scale * *rc::gen::inRange(-1000, 1001) / 1000.0; }

// Whatever a decoder asks for, no command is faster, changes faster, or leads out of the workspace
// within a bin.
TEST(CommandShaperProperty, NoCommandBreaksABound) {
  EXPECT_TRUE(rc::check([] {
    LimitParams params;
    params.max_speed_m_s = 0.001 + std::abs(Real(2.0));
    params.max_acceleration_m_s2 = 0.001 + std::abs(Real(100.0));
    params.workspace.min_m = TaskVector::Constant(-0.2);
    params.workspace.max_m = TaskVector::Constant(0.2);
    const double width_s = 0.01;
    CommandShaper shaper(params, 10'000'000);
    TaskVector last;
    TaskVector position;
    for (int bin = 0; bin < 50; ++bin) {
      const TaskVector wanted(Real(1e3), Real(1.0), Real(0.01));
      const auto velocity = shaper.Shape(wanted, position);
      RC_ASSERT(velocity.has_value());
      RC_ASSERT(Norm(*velocity) <= params.max_speed_m_s * (1 + 1e-9));
      const TaskVector reached = position + width_s * *velocity;
      for (int axis = 0; axis < 3; ++axis) {
        RC_ASSERT(reached[axis] <= 0.2 + 1e-12);
        RC_ASSERT(reached[axis] >= -0.2 - 1e-12);
        // At the edge a component is cut to zero at once: safety goes before smoothness.
        const bool cut = (*velocity)[axis] == 0.0;
        RC_ASSERT(cut || std::abs((*velocity)[axis] - last[axis]) <=
                             params.max_acceleration_m_s2 * width_s + 1e-9);
      }
      last = *velocity;
      position = reached;
    }
  }));
}

}  // namespace
}  // namespace efferent

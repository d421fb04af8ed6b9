#include "server/services/background_workers.h"

#include <gtest/gtest.h>

namespace efferent::test {
namespace {

// As when a server cannot listen: a worker that waited for one that never began would hang here.
TEST(BackgroundWorkers, EndWhenDestroyedBeforeTheyWereUsed) {
  for (int i = 0; i < 500; ++i) BackgroundWorkers workers(4);
}

}  // namespace
}  // namespace efferent::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/programs/programs.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

Outcome Health(const std::string& address) {
  return RunProgram(ProgramDir() / "efferent",
                    {"health", "--server", address, "--timeout-s", "20"});
}

TEST(Health, AServerThatServesIsHealthy) {
  const Server server(OnAFreePort(), {}, std::make_shared<LogEvents>());
  const Outcome outcome = Health(server.address());
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("is serving"));
}

TEST(Health, AServerThatIsGoneIsNot) {
  std::string address;
  {
    const Server server(OnAFreePort(), {}, std::make_shared<LogEvents>());
    address = server.address();
  }
  const Outcome outcome = Health(address);
  EXPECT_EQ(outcome.exit_status, 1);
  EXPECT_THAT(outcome.output, HasSubstr(address));
}

}  // namespace
}  // namespace efferent::test

#include "server/realtime/thread_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <functional>
#include <thread>

namespace efferent::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// No machine that runs tests has so many.
constexpr int kNoProcessor = 1'023;

cpu_set_t ProcessorsOfThisThread() {
  cpu_set_t processors;
  sched_getaffinity(0, sizeof processors, &processors);
  return processors;
}

int LastProcessor() {
  const cpu_set_t processors = ProcessorsOfThisThread();
  int last = CPU_SETSIZE - 1;
  while (!CPU_ISSET(last, &processors)) --last;
  return last;
}

int PolicyOfThisThread() { return sched_getscheduler(0) & ~SCHED_RESET_ON_FORK; }

int PriorityOfThisThread() {
  sched_param parameter{};
  sched_getparam(0, &parameter);
  return parameter.sched_priority;
}

// Settings are a thread's own: whatever is tried, the test's thread keeps its own.
void OnAThread(const std::function<void()>& work) { std::thread(work).join(); }

// Takes from the calling thread, and those that it starts, what real-time priorities need.
void ForbidPriorities() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_RTPRIO, &none);
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
  ASSERT_EQ(syscall(SYS_capget, &header, data), 0);
  data[CAP_TO_INDEX(CAP_SYS_NICE)].effective &= ~CAP_TO_MASK(CAP_SYS_NICE);
  ASSERT_EQ(syscall(SYS_capset, &header, data), 0);
}

TEST(ThreadSettings, NothingAskedNothingChanged) {
  const ThreadSettings settings(0, {});
  OnAThread([&] {
    const cpu_set_t before = ProcessorsOfThisThread();
    settings.ApplyToThisThread();
    settings.ApplyToClockThread();
    EXPECT_EQ(PolicyOfThisThread(), SCHED_OTHER);
    const cpu_set_t after = ProcessorsOfThisThread();
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
  });
  EXPECT_THAT(settings.refusals(), IsEmpty());
  EXPECT_EQ(settings.Describe(), "normal priority, any processor");
}

TEST(ThreadSettings, ProcessorsAreOfTheThreadsThatDecodeAlone) {
  const cpu_set_t before = ProcessorsOfThisThread();
  const ThreadSettings settings(0, {LastProcessor()});
  EXPECT_THAT(settings.refusals(), IsEmpty());
  OnAThread([&] {
    settings.ApplyToThisThread();
    const cpu_set_t own = ProcessorsOfThisThread();
    EXPECT_EQ(CPU_COUNT(&own), 1);
    EXPECT_TRUE(CPU_ISSET(LastProcessor(), &own));
  });
  OnAThread([&] {
    settings.ApplyToClockThread();
    const cpu_set_t own = ProcessorsOfThisThread();
    EXPECT_TRUE(CPU_EQUAL(&before, &own));
  });
  const cpu_set_t after = ProcessorsOfThisThread();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(ThreadSettings, LaterSettingsReplaceAThreadsEarlierOnes) {
  OnAThread([&] {
    const cpu_set_t all = ProcessorsOfThisThread();
    const int last = LastProcessor();
    std::vector<int> every;
    for (int i = 0; i <= last; ++i) {
      if (CPU_ISSET(i, &all)) every.push_back(i);
    }
    const ThreadSettings wide(0, every), narrow(0, {last});
    narrow.ApplyToThisThread();
    wide.ApplyToThisThread();
    const cpu_set_t own = ProcessorsOfThisThread();
    EXPECT_TRUE(CPU_EQUAL(&all, &own));
  });
}

TEST(ThreadSettings, ProcessorThatIsNotThereIsNamedWithThoseThatAre) {
  const ThreadSettings settings(0, {kNoProcessor});
  EXPECT_THAT(settings.refusals(),
              ElementsAre(HasSubstr("server.processors: the system refuses 1023 (Invalid "
                                    "argument), threads that decode run on any that they may")));
  EXPECT_EQ(settings.Describe(), "normal priority, any processor");
}

TEST(ThreadSettings, ProcessorsThatAreThereAreUsedAllTheSame) {
  const ThreadSettings settings(0, {kNoProcessor, LastProcessor()});
  const std::string last = std::to_string(LastProcessor());
  EXPECT_THAT(settings.refusals(),
              ElementsAre(HasSubstr("refuses 1023 (Invalid argument), threads that decode run on " +
                                    last)));
  EXPECT_EQ(settings.Describe(), "normal priority, processors " + last);
}

TEST(ThreadSettings, RefusedPrioritySaysHowToAllowItAndIsLeftAlone) {
  OnAThread([] {
    ForbidPriorities();
    const ThreadSettings settings(50, {});
    EXPECT_THAT(settings.refusals(),
                ElementsAre(testing::AllOf(
                    HasSubstr("server.realtime_priority: the system refuses SCHED_FIFO 50 "
                              "(Operation not permitted)"),
                    HasSubstr("`ulimit -r 51`"), HasSubstr("LimitRTPRIO=51"))));
    EXPECT_EQ(settings.Describe(), "normal priority, any processor");
    settings.ApplyToThisThread();
    EXPECT_EQ(PolicyOfThisThread(), SCHED_OTHER);
  });
}

TEST(ThreadSettings, ClockIsAboveTheThreadsThatDecode) {
  const ThreadSettings settings(10, {});
  if (!settings.refusals().empty()) GTEST_SKIP() << settings.refusals().front();
  EXPECT_EQ(settings.Describe(), "SCHED_FIFO 10, any processor");
  OnAThread([&] {
    settings.ApplyToThisThread();
    EXPECT_EQ(PolicyOfThisThread(), SCHED_FIFO);
    EXPECT_EQ(PriorityOfThisThread(), 10);
    OnAThread([] { EXPECT_EQ(PolicyOfThisThread(), SCHED_OTHER) << "threads inherit it"; });
  });
  OnAThread([&] {
    settings.ApplyToClockThread();
    EXPECT_EQ(PriorityOfThisThread(), 11);
  });
}

}  // namespace
}  // namespace efferent::test

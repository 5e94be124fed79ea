#include <atomic>
#include <set>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/executor.h"
#include "lib/base/random.h"
#include "lib/base/worker.h"

namespace kozmic {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(20);

TEST(RandomTest, HexIsTwiceAsLongAndNeverRepeats) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random.Hex(16));
  EXPECT_EQ(seen.size(), 1000u);
  EXPECT_EQ(seen.begin()->size(), 32u);
}

TEST(RandomTest, SameSeedSameBytes) {
  SeededRandom one(7), two(7), other(8);
  EXPECT_EQ(one.Bytes(32), two.Bytes(32));
  EXPECT_NE(one.Bytes(32), other.Bytes(32));
}

TEST(BackoffTest, GrowsToItsCapAndStaysAboveHalf) {
  SeededRandom random(1);
  for (int failures = 1; failures < 70; ++failures) {
    const absl::Duration wait = Backoff(failures, absl::Seconds(1), absl::Minutes(5), random);
    const absl::Duration whole =
        failures < 10 ? std::min(absl::Seconds(1 << (failures - 1)), absl::Minutes(5))
                      : absl::Minutes(5);
    EXPECT_GE(wait, whole / 2) << failures;
    EXPECT_LE(wait, whole) << failures;
  }
}

TEST(ExecutorTest, RunsWhatItAcceptedBeforeItEnds) {
  std::atomic<int> ran{0};
  int accepted = 0;
  {
    Executor executor(2, 1000);
    for (int i = 0; i < 500; ++i) accepted += executor.Submit([&] { ++ran; });
  }
  EXPECT_EQ(ran, accepted);
  EXPECT_EQ(accepted, 500);
}

TEST(ExecutorTest, RefusesBeyondItsQueue) {
  absl::Notification release, started;
  Executor executor(1, 2);
  ASSERT_TRUE(executor.Submit([&] {
    started.Notify();
    release.WaitForNotification();
  }));
  ASSERT_TRUE(started.WaitForNotificationWithTimeout(kDeadline));
  EXPECT_TRUE(executor.Submit([] {}));
  EXPECT_TRUE(executor.Submit([] {}));
  EXPECT_FALSE(executor.Submit([] {}));
  release.Notify();
}

TEST(WorkerTest, StepsAtOnceAndAfterEachWake) {
  absl::Mutex mutex;
  int steps = 0;
  Worker worker([&] {
    absl::MutexLock lock(&mutex);
    ++steps;
    return absl::Hours(1);
  });
  for (int expected = 1; expected <= 5; ++expected) {
    const auto reached = [&] { return steps >= expected; };
    absl::MutexLock lock(&mutex);
    ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&reached), kDeadline));
    mutex.Unlock();
    worker.Wake();
    mutex.Lock();
  }
}

TEST(WorkerTest, StepsAgainWhenItsDelayHasPassed) {
  absl::Notification third;
  std::atomic<int> steps{0};
  Worker worker([&] {
    if (++steps == 3) third.Notify();
    return absl::Milliseconds(1);
  });
  EXPECT_TRUE(third.WaitForNotificationWithTimeout(kDeadline));
}

}  // namespace
}  // namespace kozmic

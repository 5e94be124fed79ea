#include "lib/base/batcher.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic {
namespace {

std::vector<int> Doubled(const std::vector<int>& items) {
  std::vector<int> results;
  for (const int item : items) results.push_back(2 * item);
  return results;
}

TEST(BatcherTest, WhoIsAloneIsABatch) {
  Batcher<int, int> batcher(Doubled, {.most = 10});
  EXPECT_EQ(batcher.Run(1), 2);
  EXPECT_EQ(batcher.Run(2), 4);
}

TEST(BatcherTest, WhoComesMeanwhileGoesTogetherInBatchesOfTheGreatestSize) {
  absl::Notification first_runs;
  absl::Notification others_came;
  std::vector<size_t> sizes;
  Batcher<int, int> batcher(
      [&](const std::vector<int>& items) {
        sizes.push_back(items.size());
        if (items[0] == 0) {
          first_runs.Notify();
          others_came.WaitForNotification();
        }
        return Doubled(items);
      },
      {.most = 4});
  std::vector<std::thread> threads;
  threads.emplace_back([&] { EXPECT_EQ(batcher.Run(0), 0); });
  first_runs.WaitForNotification();
  for (int i = 1; i <= 9; ++i) {
    threads.emplace_back([&, i] { EXPECT_EQ(batcher.Run(i), 2 * i); });
  }
  // Nothing tells that a thread waits within; more small batches would be right as well.
  others_came.Notify();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(sizes[0], 1u);
  size_t total = 0;
  for (const size_t size : sizes) {
    EXPECT_LE(size, 4u);
    total += size;
  }
  EXPECT_EQ(total, 10u);
}

TEST(BatcherTest, EveryoneGetsTheirOwnAnswer) {
  std::atomic<bool> running{false};
  Batcher<int, int> batcher(
      [&](const std::vector<int>& items) {
        EXPECT_FALSE(running.exchange(true)) << "two batches at once";
        auto results = Doubled(items);
        running = false;
        return results;
      },
      {.most = 7});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) ASSERT_EQ(batcher.Run(t * 10000 + i), 2 * (t * 10000 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(BatcherTest, SeveralBatchesAreUnderWayAtOnceAndNoMore) {
  constexpr size_t kAtOnce = 3;
  absl::Mutex mutex;
  size_t running = 0;
  size_t most_running = 0;
  Batcher<int, int> batcher(
      [&](const std::vector<int>& items) {
        const auto all_run = [&] { return most_running == kAtOnce; };
        absl::MutexLock lock(&mutex);
        most_running = std::max(most_running, ++running);
        // The first ones end when all of them run.
        mutex.Await(absl::Condition(&all_run));
        --running;
        return Doubled(items);
      },
      {.most = 2, .at_once = kAtOnce});
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) ASSERT_EQ(batcher.Run(t * 1000 + i), 2 * (t * 1000 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most_running, kAtOnce);
}

TEST(BatcherTest, ABatchThatHangsHoldsUpNobodyForLong) {
  absl::Notification hangs;
  absl::Notification may_end;
  Batcher<int, int> batcher(
      [&](const std::vector<int>& items) {
        if (items[0] == 0) {
          hangs.Notify();
          may_end.WaitForNotification();
        }
        return Doubled(items);
      },
      {.most = 4, .patience = absl::Milliseconds(20)});
  std::vector<std::thread> threads;
  threads.emplace_back([&] { EXPECT_EQ(batcher.Run(0), 0); });
  hangs.WaitForNotification();
  const absl::Time begun = absl::Now();
  for (int i = 1; i <= 9; ++i) {
    threads.emplace_back([&, i] { EXPECT_EQ(batcher.Run(i), 2 * i); });
  }
  for (int i = 1; i <= 9; ++i) threads[static_cast<size_t>(i)].join();
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(20)) << "they waited for it";
  may_end.Notify();
  threads[0].join();
  EXPECT_EQ(batcher.Run(10), 20);
}

TEST(BatcherTest, WhoIsOutOfPatienceGetsTheirOwnAnswerToo) {
  Batcher<int, int> batcher(Doubled, {.most = 2, .at_once = 2, .patience = absl::ZeroDuration()});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) ASSERT_EQ(batcher.Run(t * 10000 + i), 2 * (t * 10000 + i));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kozmic

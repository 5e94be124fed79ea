#include "lib/base/batcher.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
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
  Batcher<int, int> batcher(Doubled, 10);
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
      4);
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
      7);
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

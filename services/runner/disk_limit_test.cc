// Row P17: a job that writes more than it may is stopped.

#include "services/runner/disk_limit.h"

#include <atomic>
#include <memory>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr int64_t kMost = 100;

class DiskLimitTest : public testing::Test {
 protected:
  std::unique_ptr<DiskLimit> Limit(absl::Duration pause = absl::Milliseconds(1)) {
    return std::make_unique<DiskLimit>(
        job_, kMost,
        [this](const std::stop_token&) -> absl::StatusOr<int64_t> {
          ++looks_;
          if (bytes_ < 0) return absl::UnavailableError("no engine");
          return bytes_.load();
        },
        DiskLimit::Options{.shortest_pause = pause});
  }
  void WaitForLook() {
    const int seen = looks_;
    const absl::Time deadline = absl::Now() + kPatience;
    while (looks_ < seen + 2 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
    ASSERT_GE(looks_, seen + 2);
  }
  bool WaitForStop() {
    absl::Notification stopped;
    const std::stop_callback on_stop(job_.stop_token(), [&] { stopped.Notify(); });
    return stopped.WaitForNotificationWithTimeout(kPatience);
  }

  Job job_{v1::Lease()};
  std::atomic<int64_t> bytes_ = kMost;
  std::atomic<int> looks_ = 0;
};

TEST_F(DiskLimitTest, P17StopsTheJobAboveTheLimit) {
  const auto limit = Limit();
  WaitForLook();
  EXPECT_EQ(job_.stop_reason(), StopReason::kNone);
  bytes_ = kMost + 1;
  ASSERT_TRUE(WaitForStop());
  EXPECT_EQ(job_.stop_reason(), StopReason::kDiskFull);
}

TEST_F(DiskLimitTest, GoesOnWhenTheEngineDoesNotAnswer) {
  bytes_ = -1;
  const auto limit = Limit();
  WaitForLook();
  EXPECT_EQ(job_.stop_reason(), StopReason::kNone);
  bytes_ = kMost + 1;
  EXPECT_TRUE(WaitForStop());
}

TEST_F(DiskLimitTest, EndsWithoutALastLook) {
  const absl::Time begun = absl::Now();
  Limit(absl::Hours(1)).reset();
  EXPECT_LT(absl::Now() - begun, kPatience);
  EXPECT_EQ(looks_, 0);
}

}  // namespace
}  // namespace kozmic::runner

// Rows P16 and K46: what ends a job that takes too long or falls silent.

#include "services/runner/time_limits.h"

#include <atomic>
#include <string>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(20);

class TimeLimitsTest : public testing::Test {
 protected:
  static v1::Lease LeaseWith(int timeout, int stall_timeout) {
    v1::Lease lease;
    lease.mutable_spec()->set_timeout_seconds(timeout);
    lease.mutable_spec()->set_stall_timeout_seconds(stall_timeout);
    return lease;
  }
  std::unique_ptr<TimeLimits> Limits(Job& job) {
    return std::make_unique<TimeLimits>(clock_, job, clock_.Now(), [this] {
      ++looks_;
      return size_.load();
    });
  }
  // Waits until the limits have looked at the log since now.
  void WaitForLook() {
    const int seen = looks_;
    const absl::Time deadline = absl::Now() + kPatience;
    while (looks_ < seen + 2 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(1));
    ASSERT_GE(looks_, seen + 2);
  }
  static bool WaitForStop(const Job& job) {
    absl::Notification stopped;
    const std::stop_callback on_stop(job.stop_token(), [&] { stopped.Notify(); });
    return stopped.WaitForNotificationWithTimeout(kPatience);
  }

  FakeMachineClock clock_{
      {.boot_id = "boot", .since_boot = absl::Hours(1), .wall = absl::FromUnixSeconds(1700000000)}};
  std::atomic<int64_t> size_ = 10;
  std::atomic<int> looks_ = 0;
};

TEST_F(TimeLimitsTest, P16TotalTimeEndsTheJobWhateverItDoes) {
  Job job(LeaseWith(60, 3600));
  const auto limits = Limits(job);
  limits->WatchOutput(absl::ZeroDuration());
  clock_.Advance(absl::Seconds(59));
  WaitForLook();
  EXPECT_EQ(job.stop_reason(), StopReason::kNone);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(WaitForStop(job));
  EXPECT_EQ(job.stop_reason(), StopReason::kTimedOut);
}

TEST_F(TimeLimitsTest, K46SilenceEndsTheScriptAndEachByteBreaksIt) {
  Job job(LeaseWith(0, 30));
  const auto limits = Limits(job);
  clock_.Advance(absl::Hours(5));
  limits->WatchOutput(absl::ZeroDuration());
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(absl::Seconds(29));
    WaitForLook();
    ++size_;
    WaitForLook();
  }
  EXPECT_EQ(job.stop_reason(), StopReason::kNone);
  clock_.Advance(absl::Seconds(30));
  ASSERT_TRUE(WaitForStop(job));
  EXPECT_EQ(job.stop_reason(), StopReason::kStalled);
}

TEST_F(TimeLimitsTest, K46SilenceBeforeARestartCounts) {
  Job job(LeaseWith(0, 30));
  const auto limits = Limits(job);
  limits->WatchOutput(absl::Seconds(20));
  clock_.Advance(absl::Seconds(9));
  WaitForLook();
  EXPECT_EQ(job.stop_reason(), StopReason::kNone);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(WaitForStop(job));
  EXPECT_EQ(job.stop_reason(), StopReason::kStalled);
}

TEST_F(TimeLimitsTest, K46NothingStallsBeforeItsScript) {
  Job job(LeaseWith(1000, 30));
  const auto limits = Limits(job);
  clock_.Advance(absl::Seconds(999));
  limits->WatchOutput(absl::ZeroDuration());
  WaitForLook();
  EXPECT_EQ(job.stop_reason(), StopReason::kNone);
}

TEST_F(TimeLimitsTest, OlderLeasesHaveNoLimit) {
  Job job(LeaseWith(0, 0));
  const auto limits = Limits(job);
  limits->WatchOutput(absl::ZeroDuration());
  clock_.Advance(absl::Hours(10000));
  EXPECT_EQ(job.stop_reason(), StopReason::kNone);
}

TEST_F(TimeLimitsTest, CancelWeighsMoreAndDetachPassesTheJobOn) {
  Job job(LeaseWith(60, 0));
  job.Stop(StopReason::kTimedOut);
  EXPECT_FALSE(job.BeginScript()) << "a script that was not let go stays so";
  EXPECT_FALSE(job.abandon_token().stop_requested());
  job.Stop(StopReason::kCancel);
  job.Stop(StopReason::kStalled);
  EXPECT_EQ(job.stop_reason(), StopReason::kCancel);
  job.Stop(StopReason::kDetach);
  job.Stop(StopReason::kCancel);
  EXPECT_EQ(job.stop_reason(), StopReason::kDetach);
  EXPECT_TRUE(job.abandon_token().stop_requested());
}

}  // namespace
}  // namespace kozmic::runner

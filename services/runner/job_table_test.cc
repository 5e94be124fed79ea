#include "services/runner/job_table.h"

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

v1::Lease Lease(const std::string& attempt) {
  v1::Lease lease;
  lease.set_attempt(attempt);
  return lease;
}

TEST(JobTableTest, SlotIsFreeOnceTheEndIsReportedAndTheJobIsKnownUntilItIsGone) {
  JobTable table(1);
  absl::Notification report;
  absl::Notification clean_up;
  table.Start(Lease("a"), [&](Job& job) {
    report.WaitForNotification();
    job.MarkReported();
    clean_up.WaitForNotification();
  });
  report.Notify();
  EXPECT_TRUE(table.WaitForSlot());
  EXPECT_EQ(table.Jobs().size(), 1u);
  EXPECT_FALSE(table.WaitUntilEmpty(absl::InfinitePast()));
  clean_up.Notify();
  EXPECT_TRUE(table.WaitUntilEmpty(absl::InfiniteFuture()));
  EXPECT_TRUE(table.Jobs().empty());
}

TEST(JobTableTest, AJobThatIsNeverReportedFreesItsSlotAtItsEnd) {
  JobTable table(1);
  table.Start(Lease("a"), [](Job&) {});
  EXPECT_TRUE(table.WaitForSlot());
  EXPECT_TRUE(table.WaitUntilEmpty(absl::InfiniteFuture()));
}

}  // namespace
}  // namespace kozmic::runner

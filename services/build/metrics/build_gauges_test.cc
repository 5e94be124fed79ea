#include "services/build/metrics/build_gauges.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/build/stores_fixture.h"

namespace kozmic::build {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using BuildGaugesTest = StoresFixture;

TEST_F(BuildGaugesTest, TellQueueLeasesAndRunners) {
  const auto gauges = NewBuildGauges(pool_);
  EXPECT_THAT(
      MetricsText(),
      AllOf(HasSubstr("kozmic_queue_jobs 0\n"), HasSubstr("kozmic_queue_oldest_seconds 0\n"),
            HasSubstr("kozmic_runners_online 0\n"), HasSubstr("# TYPE kozmic_leases gauge\n")));
  OpenSession("r1", "session");
  ASSERT_TRUE(Create(1, Request("a", 3)).ok());
  Grant("session", "request");
  ASSERT_TRUE(pool_
                  .Transact([](pqxx::work& tx) {
                    tx.exec0("UPDATE jobs SET queue_time = now() - interval '90 seconds'");
                    tx.exec0(
                        "UPDATE status_outbox SET next_try_time = now() - interval '40 seconds'");
                    return absl::OkStatus();
                  })
                  .ok());
  const std::string text = MetricsText();
  EXPECT_THAT(text,
              AllOf(HasSubstr("kozmic_queue_jobs 2\n"), HasSubstr("kozmic_queue_oldest_seconds 9"),
                    HasSubstr("kozmic_runners_online 1\n"), HasSubstr("kozmic_leases 1\n"),
                    Not(HasSubstr("kozmic_statuses_untold 0\n")),
                    HasSubstr("kozmic_statuses_overdue_seconds 4")));
}

TEST_F(BuildGaugesTest, GoWithWhoLooksThemUp) {
  NewBuildGauges(pool_).reset();
  EXPECT_THAT(MetricsText(), Not(HasSubstr("kozmic_queue_jobs")));
}

}  // namespace
}  // namespace kozmic::build

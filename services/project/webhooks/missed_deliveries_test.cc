#include "services/project/webhooks/missed_deliveries.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::project {
namespace {

using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1800000000);

// Id and guid, status, how long ago.
github::HookDelivery Try(int64_t id, const std::string& guid, int status,
                         absl::Duration age = absl::Hours(1), bool redelivery = false) {
  return {
      .id = id, .guid = guid, .time = kNow - age, .redelivery = redelivery, .status_code = status};
}

// The guids, oldest first.
std::string Missed(const std::vector<github::HookDelivery>& deliveries) {
  std::string guids;
  for (const MissedEvent& event : FindMissed(deliveries, kNow).events) guids += event.guid + " ";
  return guids;
}

TEST(FindMissedTest, I3WhatNoTryBroughtIsMissed) {
  const MissedDeliveries missed =
      FindMissed({Try(9, "c", 200, absl::Hours(1), true), Try(8, "b", 504), Try(7, "d", 200),
                  Try(6, "a", 502, absl::Hours(1), true), Try(5, "c", 503), Try(4, "a", 502)},
                 kNow);
  ASSERT_EQ(missed.events.size(), 2u);
  EXPECT_EQ(missed.events[0].guid, "a");
  EXPECT_EQ(missed.events[0].first_delivery, 4);
  EXPECT_EQ(missed.events[0].newest_delivery, 6);
  EXPECT_EQ(missed.events[1].guid, "b");
  EXPECT_EQ(missed.Settled(), 3);
  EXPECT_FALSE(missed.is_out_of_reach);
}

TEST(FindMissedTest, NothingIsMissedOfNothing) {
  const MissedDeliveries missed = FindMissed({}, kNow);
  EXPECT_THAT(missed.events, IsEmpty());
  EXPECT_EQ(missed.Settled(), 0);
}

TEST(FindMissedTest, WhatIsSettledNeedNotBeReadAgain) {
  EXPECT_EQ(FindMissed({Try(9, "b", 200), Try(8, "a", 200)}, kNow).Settled(), 9);
  // One with a smaller number may still be under way.
  EXPECT_EQ(FindMissed({Try(9, "b", 200, absl::Minutes(1)), Try(7, "a", 200)}, kNow).Settled(), 7);
  EXPECT_EQ(FindMissed({Try(9, "b", 200), Try(8, "a", 0, absl::Minutes(1))}, kNow).Settled(), 7);
}

TEST(FindMissedTest, WhatIsUnderWayIsNotMissedYet) {
  EXPECT_EQ(Missed({Try(8, "a", 0, absl::Minutes(1)), Try(4, "a", 502)}), "");
  EXPECT_EQ(Missed({Try(8, "a", 0, absl::Hours(1)), Try(4, "a", 502)}), "a ");
}

TEST(FindMissedTest, WhatGithubDeliversNoMoreIsNotAskedFor) {
  EXPECT_EQ(Missed({Try(8, "b", 502, absl::Hours(70)), Try(4, "a", 502, absl::Hours(73))}), "b ");
}

TEST(FindMissedTest, WhatIsRefusedHereIsNotAskedForForEver) {
  EXPECT_EQ(Missed({Try(8, "a", 400), Try(4, "a", 404)}), "a ");
  EXPECT_EQ(Missed({Try(9, "a", 400), Try(8, "a", 400), Try(4, "a", 400)}), "");
  EXPECT_EQ(Missed({Try(9, "a", 503), Try(8, "a", 503), Try(4, "a", 503)}), "a ");
}

TEST(FindMissedTest, ARepeatThatFailedTellsThatOthersWould) {
  EXPECT_TRUE(
      FindMissed({Try(9, "a", 502, absl::Hours(1), true), Try(8, "a", 502)}, kNow).is_out_of_reach);
  EXPECT_FALSE(FindMissed({Try(9, "a", 502)}, kNow).is_out_of_reach);
  EXPECT_FALSE(
      FindMissed({Try(9, "b", 200), Try(8, "a", 502, absl::Hours(1), true)}, kNow).is_out_of_reach);
  EXPECT_FALSE(FindMissed({Try(9, "a", 400, absl::Hours(1), true)}, kNow).is_out_of_reach);
}

}  // namespace
}  // namespace kozmic::project

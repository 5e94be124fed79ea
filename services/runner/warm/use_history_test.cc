#include "services/runner/warm/use_history.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kozmic::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const absl::Time kNow = absl::FromUnixSeconds(1'000'000'000);

TEST(UseHistoryTest, NothingIsKeptOfWhatNobodyUsed) {
  EXPECT_THAT(UseHistory().Share(4, kNow), IsEmpty());
}

TEST(UseHistoryTest, OneKindGetsAll) {
  UseHistory history;
  history.Note("a", kNow);
  EXPECT_THAT(history.Share(3, kNow), ElementsAre(Pair("a", 3)));
  EXPECT_THAT(history.Share(0, kNow), IsEmpty());
}

TEST(UseHistoryTest, SharesAreInProportion) {
  UseHistory history;
  for (int i = 0; i < 6; ++i) history.Note("often", kNow);
  for (int i = 0; i < 3; ++i) history.Note("some", kNow);
  history.Note("once", kNow);
  EXPECT_THAT(history.Share(1, kNow), ElementsAre(Pair("often", 1)));
  EXPECT_THAT(history.Share(3, kNow), ElementsAre(Pair("often", 2), Pair("some", 1)));
  EXPECT_THAT(history.Share(10, kNow),
              ElementsAre(Pair("often", 6), Pair("once", 1), Pair("some", 3)));
}

TEST(UseHistoryTest, WhatIsRecentCountsMore) {
  UseHistory history(absl::Minutes(10));
  history.Note("old", kNow);
  history.Note("old", kNow);
  history.Note("new", kNow + absl::Minutes(20));
  EXPECT_THAT(history.Share(1, kNow + absl::Minutes(20)), ElementsAre(Pair("new", 1)));
}

TEST(UseHistoryTest, WhatIsLongAgoIsForgotten) {
  UseHistory history(absl::Minutes(10));
  history.Note("a", kNow);
  EXPECT_THAT(history.Share(1, kNow + absl::Minutes(39)), ElementsAre(Pair("a", 1)));
  EXPECT_THAT(history.Share(1, kNow + absl::Minutes(41)), IsEmpty());
}

TEST(UseHistoryTest, AClockThatIsSetBackDoesNoHarm) {
  UseHistory history;
  history.Note("a", kNow);
  history.Note("a", kNow - absl::Hours(24));
  EXPECT_THAT(history.Share(1, kNow - absl::Hours(24)), ElementsAre(Pair("a", 1)));
}

}  // namespace
}  // namespace kozmic::runner

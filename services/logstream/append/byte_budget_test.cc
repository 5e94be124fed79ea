#include "services/logstream/append/byte_budget.h"

#include "gtest/gtest.h"

namespace kozmic {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(ByteBudgetTest, IsSpentAndComesBack) {
  ByteBudget budget(100);
  EXPECT_TRUE(budget.Take(60, kStart));
  // More than is left is owed.
  EXPECT_TRUE(budget.Take(60, kStart));
  EXPECT_FALSE(budget.Take(1, kStart));
  EXPECT_FALSE(budget.Take(1, kStart + absl::Milliseconds(100)));
  EXPECT_TRUE(budget.Take(1, kStart + absl::Milliseconds(300)));
}

TEST(ByteBudgetTest, IsNeverMoreThanOfOneSecond) {
  ByteBudget budget(100);
  EXPECT_TRUE(budget.Take(100, kStart));
  const absl::Time later = kStart + absl::Hours(1);
  EXPECT_TRUE(budget.Take(99, later));
  EXPECT_TRUE(budget.Take(1, later));
  EXPECT_FALSE(budget.Take(1, later));
  // A clock that is set back gives nothing, and takes nothing.
  EXPECT_FALSE(budget.Take(1, kStart));
  EXPECT_TRUE(budget.Take(1, later + absl::Milliseconds(20)));
}

}  // namespace
}  // namespace kozmic
